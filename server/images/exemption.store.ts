// Which rules leave restored images alone.
import { Prisma, prisma, type Transaction } from "@/server/platform/db/prisma";

export interface ExemptionRow {
  repositoryName: string;
  digest: string;
  ruleId: string;
  ruleName: string;
  /** of the rule when it took the image */
  ruleRevision: number;
  /** The revision that the rule has now, where it says what it said then: it was renamed since, or switched off and on. Else null. */
  currentRevision: number | null;
  restoredByName: string;
  restoredAt: Date;
}

const EXEMPTIONS = Prisma.sql`
  SELECT x.repository_name AS "repositoryName", x.digest, x.rule_id AS "ruleId", x.rule_name AS "ruleName",
    x.rule_revision AS "ruleRevision", x.restored_by_name AS "restoredByName", x.restored_at AS "restoredAt",
    coalesce(
      (SELECT u.revision FROM reclaim_rules u
       JOIN rule_revisions r ON r.rule_id = u.id AND r.revision = x.rule_revision AND r.definition = u.definition
       WHERE u.id = x.rule_id),
      (SELECT p.revision FROM lifecycle_policies p
       WHERE p.id = x.rule_id AND x.rule_revision BETWEEN p.keep_revision AND p.revision)) AS "currentRevision"
  FROM rule_exemptions x`;

/** All of a space, or of one repository of it; also those of rules that were changed since. */
export function listExemptionRows(spaceId: string, repositoryName: string | null): Promise<ExemptionRow[]> {
  const where = repositoryName === null ? Prisma.empty : Prisma.sql`AND x.repository_name = ${repositoryName}`;
  return prisma().$queryRaw`${EXEMPTIONS} WHERE x.space_id = ${spaceId} ${where}`;
}

/** Those of one image. */
export function listExemptionsOf(spaceId: string, repositoryName: string, digest: string): Promise<ExemptionRow[]> {
  return prisma().$queryRaw`${EXEMPTIONS}
    WHERE x.space_id = ${spaceId} AND x.repository_name = ${repositoryName} AND x.digest = ${digest} ORDER BY x.rule_name`;
}

/**
 * From the rules that took these entries, their images are exempt in the repository that they came back to: in the transaction that ends
 * the restore. Every rule that had selected it counts, not only the first.
 */
export async function insertExemptions(
  tx: Transaction,
  entries: readonly { entryId: string; repositoryName: string }[],
  restored: { runId: string; byName: string },
): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO rule_exemptions (space_id, repository_name, digest, rule_id, rule_revision, workspace_id, rule_name, run_id, restored_by_name, restored_at)
    SELECT DISTINCT ON (e.space_id, p."repositoryName", e.digest, hit.rule_id) e.space_id, p."repositoryName", e.digest, hit.rule_id, hit.revision,
      e.workspace_id, hit.name, ${restored.runId}, ${restored.byName}, now()
    FROM jsonb_to_recordset(${JSON.stringify(entries)}::jsonb) AS p("entryId" text, "repositoryName" text)
    JOIN bin_entries e ON e.id = p."entryId"
    CROSS JOIN LATERAL (
      SELECT one ->> 'ruleId' AS rule_id, (one ->> 'revision')::int AS revision, one ->> 'ruleName' AS name
      FROM jsonb_array_elements(coalesce(e.reason -> 'hits', '[]')) one
      UNION ALL
      -- Of an entry that names only the first.
      SELECT e.rule_id, e.rule_revision, coalesce((SELECT r.name FROM rule_revisions r WHERE r.rule_id = e.rule_id AND r.revision = e.rule_revision), 'a rule')
      WHERE e.rule_id IS NOT NULL AND e.rule_revision IS NOT NULL AND e.reason -> 'hits' IS NULL
    ) hit
    ORDER BY e.space_id, p."repositoryName", e.digest, hit.rule_id, hit.revision DESC
    ON CONFLICT (space_id, repository_name, digest, rule_id) DO UPDATE SET rule_revision = excluded.rule_revision, rule_name = excluded.rule_name,
      run_id = excluded.run_id, restored_by_name = excluded.restored_by_name, restored_at = excluded.restored_at
      -- An older entry of the image may come back after a younger one: what is exempt from the later revision stays so.
      WHERE rule_exemptions.rule_revision <= excluded.rule_revision`;
}
