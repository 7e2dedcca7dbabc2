import type { LifecycleLevel, LifecyclePolicy } from "@/domain/rules/lifecycle-policy";
import { type Prisma, prisma, type Transaction } from "@/server/platform/db/prisma";

export type PolicyRecord = Prisma.LifecyclePolicyGetPayload<object>;

/** Whose policy: of the workspace (both null), of a space, or of a repository in it. */
export interface PolicyPlace {
  spaceId: string | null;
  repositoryName: string | null;
}

/** Policies of a workspace that may count in a space: its own, the space's, and those of the space's repositories. */
export function listPolicyRows(workspaceId: string, spaceId: string): Promise<PolicyRecord[]> {
  return prisma().lifecyclePolicy.findMany({
    where: { workspaceId, OR: [{ spaceId: null }, { spaceId }] },
    orderBy: { id: "asc" },
  });
}

const overrideWhere = (workspaceId: string) => ({ workspaceId, space: { removedAt: null } });

/** Policies of spaces and repositories of a workspace, with the names of their spaces. */
export function listOverrideRows(workspaceId: string, limit: number) {
  return prisma().lifecyclePolicy.findMany({
    where: overrideWhere(workspaceId),
    include: { space: { select: { name: true } } },
    orderBy: [{ space: { name: "asc" } }, { repositoryName: { sort: "asc", nulls: "first" } }],
    take: limit,
  });
}

export function countOverrides(workspaceId: string, spaceId?: string): Promise<number> {
  return prisma().lifecyclePolicy.count({
    where: {
      ...overrideWhere(workspaceId),
      ...(spaceId === undefined ? {} : { spaceId, repositoryName: { not: null } }),
    },
  });
}

export function findPolicyRow(workspaceId: string, place: PolicyPlace): Promise<PolicyRecord | null> {
  return prisma().lifecyclePolicy.findFirst({ where: { workspaceId, ...place } });
}

export interface PolicyWrite extends PolicyPlace {
  id: string;
  workspaceId: string;
  isEnabled: boolean;
  keepLatestTags: number | null;
  keepDays: number | null;
  updatedByName: string;
}

/** The quota of a workspace, which stays so until the transaction ends. */
export async function holdTagQuota(tx: Transaction, workspaceId: string): Promise<number> {
  const rows = await tx.$queryRaw<{ quota: number }[]>`
    SELECT tag_quota AS quota FROM workspaces WHERE id = ${workspaceId} FOR SHARE`;
  return rows[0]?.quota ?? 0;
}

export async function insertPolicy(tx: Transaction, policy: PolicyWrite): Promise<void> {
  await tx.lifecyclePolicy.create({ data: policy });
}

/** A new revision of a policy. False = it was changed or removed meanwhile. */
export async function updatePolicyRow(tx: Transaction, before: PolicyRecord, policy: PolicyWrite): Promise<boolean> {
  const { id, workspaceId, isEnabled, keepLatestTags, keepDays, updatedByName } = policy;
  const revision = before.revision + 1;
  const isSame = keepLatestTags === before.keepLatestTags && keepDays === before.keepDays;
  const isAsBefore = isSame && (before.isEnabled || !isEnabled);
  const { count } = await tx.lifecyclePolicy.updateMany({
    where: { id, workspaceId, revision: before.revision },
    data: {
      ...{ isEnabled, keepLatestTags, keepDays, updatedByName, revision },
      ...(isSame ? {} : { keepRevision: revision }),
      ...(isAsBefore ? {} : { inForceSince: new Date() }),
    },
  });
  return count === 1;
}

export async function deletePolicyRow(tx: Transaction, workspaceId: string, id: string): Promise<boolean> {
  const { count } = await tx.lifecyclePolicy.deleteMany({ where: { id, workspaceId } });
  return count === 1;
}

/** Tags of a repository of a space, without fallback tags; null where the space has none of that name. */
export async function countRepositoryTags(
  workspaceId: string,
  spaceId: string,
  repositoryName: string,
): Promise<number | null> {
  const rows = await prisma().$queryRaw<{ count: number }[]>`
    SELECT (SELECT count(*)::int FROM tags t WHERE t.repository_id = r.id AND t.subject_digest IS NULL) AS count
    FROM repositories r WHERE r.workspace_id = ${workspaceId} AND r.space_id = ${spaceId} AND r.name = ${repositoryName}`;
  return rows[0]?.count ?? null;
}

/** Tags of a space, without fallback tags. */
export async function countSpaceTags(workspaceId: string, spaceId: string): Promise<number> {
  const rows = await prisma().$queryRaw<{ count: number }[]>`
    SELECT (coalesce(sum(r.tag_count), 0) - coalesce(sum(fallback.count), 0))::int AS count
    FROM repositories r
    CROSS JOIN LATERAL (
      SELECT count(*) AS count FROM tags t WHERE t.repository_id = r.id AND t.subject_digest IS NOT NULL
    ) fallback
    WHERE r.workspace_id = ${workspaceId} AND r.space_id = ${spaceId}`;
  return rows[0]?.count ?? 0;
}

/** A stored policy as decisions take it. */
export function policyOf(row: PolicyRecord): LifecyclePolicy {
  const level: LifecycleLevel =
    row.spaceId === null ? "workspace" : row.repositoryName === null ? "space" : "repository";
  const { id, revision, repositoryName, isEnabled, keepLatestTags, keepDays } = row;
  return { id, revision, level, repositoryName, isEnabled, keepLatestTags, keepDays };
}

/** Workspaces in which a lifecycle policy is on, of whatever level; those of removed spaces do not count. */
export async function listEnabledWorkspaces(): Promise<Set<string>> {
  const rows = await prisma().lifecyclePolicy.findMany({
    where: { isEnabled: true, OR: [{ spaceId: null }, { space: { removedAt: null } }] },
    distinct: ["workspaceId"],
    select: { workspaceId: true },
  });
  return new Set(rows.map((row) => row.workspaceId));
}
