import { prisma } from "@/server/platform/db/prisma";
import type { TestTenant } from "./tenant";

/**
 * Fills the recycle bin of a space by SQL, as runs would leave it: each entry an image of one manifest with a config, a layer of its own and
 * one that every hundredth entry shares; three of four have a tag, some two; taken by one of 12 rules in one of 200 runs, or by one of 40
 * people; from 500 repositories; over the last 29 days of 30. Rules are named by their revisions only, as rules that are gone are.
 */
export async function fillLargeBin(tenant: TestTenant, entries: number): Promise<void> {
  const { workspaceId, registryId, spaceId } = tenant;
  const all = { workspaceId, registryId, spaceId };
  await prisma().$executeRaw`
    INSERT INTO rule_revisions (rule_id, revision, workspace_id, space_id, name, definition, created_by_name)
    SELECT ${`${spaceId}-rule-`} || g, 1, ${workspaceId}, ${spaceId}, 'rule ' || g, '{}', 'Ada' FROM generate_series(0, 11) g ON CONFLICT DO NOTHING`;
  await prisma().$executeRaw`
    INSERT INTO manifests (registry_id, digest, media_type, kind, size_bytes)
    SELECT ${registryId}, 'sha256:' || encode(sha256((${spaceId} || '/' || g)::bytea), 'hex'), 'application/vnd.oci.image.manifest.v1+json', 'image', 1500
    FROM generate_series(1, ${entries}::int) g`;
  await prisma().$executeRaw`
    INSERT INTO bin_entries (id, workspace_id, space_id, registry_id, repository_name, bin_repository_name, digest, media_type, kind, state, reason,
      rule_id, rule_revision, run_id, actor_name, size_bytes, pushed_at, recycled_at, purge_after, tag_names, manifest_count, verified_at, problem_action,
      problem_text, problem_run_id, problem_at, missing)
    SELECT 'bin_' || ${all.spaceId} || lpad(g::text, 9, '0'), ${workspaceId}, ${spaceId}, ${registryId}, 'acme/team' || g % 20 || '/app' || g % 500,
      'recyclebin/' || ${spaceId} || '/acme/team' || g % 20 || '/app' || g % 500, 'sha256:' || encode(sha256((${spaceId} || '/' || g)::bytea), 'hex'),
      'application/vnd.oci.image.manifest.v1+json', (ARRAY['image', 'image', 'image', 'index', 'chart'])[1 + g % 5], 'held',
      jsonb_build_object('code', 'selected', 'text', 'untouched for more than 90 days'),
      CASE WHEN g % 4 > 0 THEN ${`${spaceId}-rule-`} || g % 12 END, CASE WHEN g % 4 > 0 THEN 1 END, ${`${spaceId}-run-`} || g % 200,
      CASE WHEN g % 4 > 0 THEN 'Schedule' ELSE 'Person ' || g % 40 END, 5000000 + (g::bigint * 7919) % 900000000,
      now() - interval '100 days', at, at + interval '30 days',
      CASE WHEN g % 4 = 0 THEN '' WHEN g % 7 = 0 THEN 'latest' || chr(10) || 'v' || g / 100 || '.' || g ELSE 'v' || g / 100 || '.' || g END, 1, at,
      CASE WHEN g % 5000 = 1 THEN 'restore' END, CASE WHEN g % 5000 = 1 THEN 'the registry does not answer' END,
      CASE WHEN g % 5000 = 1 THEN ${`${spaceId}-run-`} || g % 200 END, CASE WHEN g % 5000 = 1 THEN now() END,
      CASE WHEN g % 5000 = 2 THEN jsonb_build_array(jsonb_build_object('digest', 'sha256:00', 'kind', 'blob', 'reason', 'gone')) ELSE '[]' END
    FROM generate_series(1, ${entries}::int) g,
      LATERAL (SELECT date_trunc('milliseconds', now()) - make_interval(secs => (g::bigint * 104729) % 2505600) AS at) moment`;
  await prisma().$executeRaw`
    INSERT INTO bin_entry_manifests (entry_id, digest, workspace_id, ordinal, role, media_type, size_bytes, is_removed_at_source)
    SELECT e.id, e.digest, ${workspaceId}, 0, 'top', e.media_type, 1500, true FROM bin_entries e WHERE e.space_id = ${spaceId}`;
  await prisma().$executeRaw`
    INSERT INTO bin_entry_tags (entry_id, name, workspace_id, digest, pushed_at)
    SELECT e.id, name, ${workspaceId}, e.digest, e.pushed_at FROM bin_entries e, unnest(string_to_array(e.tag_names, chr(10))) name
    WHERE e.space_id = ${spaceId} AND e.tag_names <> ''`;
  await prisma().$executeRaw`
    INSERT INTO manifest_references (registry_id, manifest_digest, ordinal, role, digest, size_bytes)
    SELECT ${registryId}, e.digest, part, CASE part WHEN 0 THEN 'config' ELSE 'layer' END,
      'sha256:' || encode(sha256((CASE part WHEN 2 THEN 'shared/' || right(e.id, 2) ELSE e.id || '/' || part END)::bytea), 'hex'), 1000000 * (part + 1)
    FROM bin_entries e, generate_series(0, 2) part WHERE e.space_id = ${spaceId}`;
  await prisma().$executeRaw`VACUUM ANALYZE`;
}
