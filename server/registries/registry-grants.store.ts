import { lesserRole } from "@/domain/access/lesser-role";
import type { Role } from "@/domain/access/permissions";
import type { SpaceGrant } from "@/domain/access/registry-scope";
import type { Actor } from "@/server/platform/auth/actor";
import { directQuery } from "@/server/platform/db/direct-query";
import { env } from "@/server/platform/env";

/** Whose spaces are asked for: a person's, through a token or not, or those of a workspace's own token. */
type GrantAsker = Pick<Exclude<Actor, { kind: "system" }>, "kind" | "token"> &
  ({ kind: "user"; userId: string } | { kind: "robot"; workspaceId: string });

/** $1 registry, $2 prefixes, $3 person or null, $4 workspace or null, $5 spaces or null = all. */
const GRANTS = `
  SELECT s.prefix, m.role::text AS "ownRole", s.workspace_id IS NOT DISTINCT FROM $4::text AS "isOwn"
  FROM spaces s LEFT JOIN members m ON m.workspace_id = s.workspace_id AND m.user_id = $3::text
    AND ($4::text IS NULL OR m.workspace_id = $4)
  WHERE s.registry_id = $1 AND s.removed_at IS NULL AND s.prefix = ANY ($2::text[])
    AND ($5::text[] IS NULL OR s.id = ANY ($5::text[]))
    AND (m.role IS NOT NULL OR s.is_public OR ($3::text IS NULL AND s.workspace_id = $4)
      OR EXISTS (
        SELECT 1 FROM space_bindings b WHERE b.space_id = s.id AND ($4::text IS NULL OR b.workspace_id = $4)
          AND ($3::text IS NULL
            OR EXISTS (SELECT 1 FROM members r WHERE r.workspace_id = b.workspace_id AND r.user_id = $3))))`;

/**
 * The spaces of a registry that somebody may use and whose prefix is one of these, with their role in each: that of the owning workspace,
 * and `viewer` where a space is public or bound to one of their workspaces. A token takes away from both: it reaches its workspace and its
 * spaces only, and no role above its own.
 */
export async function listGrants(
  registryId: string,
  asker: GrantAsker,
  prefixes: readonly string[],
): Promise<SpaceGrant[]> {
  if (prefixes.length === 0) return [];
  const userId = asker.kind === "user" ? asker.userId : null;
  const workspaceId = asker.token?.workspaceId ?? null;
  const spaceIds = asker.token?.spaceIds ?? null;
  const rows = await directQuery<{ prefix: string; ownRole: Role | null; isOwn: boolean }>({
    ...{ name: "token-grants", text: GRANTS, values: [registryId, prefixes, userId, workspaceId, spaceIds] },
  });
  return rows.map(({ prefix, ownRole, isOwn }) => ({ prefix, role: roleIn(asker, ownRole, isOwn) }));
}

function roleIn({ kind, token }: GrantAsker, ownRole: Role | null, isOwn: boolean): Role {
  if (kind === "robot") return isOwn && token ? token.role : "viewer";
  if (ownRole === null) return "viewer";
  return token ? lesserRole(ownRole, token.role) : ownRole;
}

/** The registry whose token server this console is, as `findConsoleRegistry` chooses it; only what a token needs of it. */
export async function findTokenRegistry(): Promise<{ id: string; readOnlyRunId: string | null } | null> {
  const url = env().REGISTRY_URL ?? null;
  const [registry] = await directQuery<{ id: string; readOnlyRunId: string | null }>({
    name: "token-registry",
    text: `
      SELECT id, read_only_run_id AS "readOnlyRunId" FROM registries WHERE auth = 'console' AND detached_at IS NULL
      ORDER BY url IS NOT DISTINCT FROM $1 DESC, created_at LIMIT 1`,
    values: [url],
  });
  return registry ?? null;
}
