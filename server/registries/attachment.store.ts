import type { S3Location } from "@/domain/registries/s3-location";
import { Prisma, prisma, type Transaction } from "@/server/platform/db/prisma";
import type { RegistryRecord } from "./registry.store";
import { s3LocationOf } from "./s3-location-of";

/** Where the storage of each attached registry is, as it was written down: a folder or a bucket. */
export async function listStorages(): Promise<
  { name: string; url: string; root: string | null; bucket: S3Location | null }[]
> {
  const rows = await prisma().registry.findMany({
    where: { detachedAt: null, OR: [{ storageRoot: { not: null } }, { storageS3: { not: Prisma.DbNull } }] },
    select: { name: true, url: true, storageRoot: true, storageS3: true },
  });
  return rows.map((row) => ({ name: row.name, url: row.url, root: row.storageRoot, bucket: s3LocationOf(row) }));
}

/** The columns that say where a registry's bucket is; its secret is encrypted before it gets here. */
export function bucketColumns(bucket: { location: S3Location; secretEncrypted: string } | null) {
  return { storageS3: bucket?.location ?? Prisma.DbNull, s3SecretEncrypted: bucket?.secretEncrypted ?? null };
}

export async function isUrlTaken(url: string, exceptId: string | null): Promise<boolean> {
  const where = { url, detachedAt: null, ...(exceptId === null ? {} : { id: { not: exceptId } }) };
  return (await prisma().registry.count({ where })) > 0;
}

export async function insertRegistry(tx: Transaction, data: Prisma.RegistryUncheckedCreateInput): Promise<void> {
  await tx.registry.create({ data });
}

export async function updateRegistryRow(
  tx: Transaction,
  registryId: string,
  data: Prisma.RegistryUncheckedUpdateInput,
): Promise<void> {
  await tx.registry.update({ where: { id: registryId }, data });
}

/**
 * A registry under its row lock: whoever creates a space on it, or puts it into read-only mode, waits until this transaction ends.
 * Null where it was detached meanwhile.
 */
export async function lockRegistry(tx: Transaction, registryId: string): Promise<RegistryRecord | null> {
  await tx.$queryRaw`SELECT id FROM registries WHERE id = ${registryId} FOR UPDATE`;
  return tx.registry.findFirst({ where: { id: registryId, detachedAt: null } });
}

export function countSpacesOn(tx: Transaction, registryId: string): Promise<number> {
  return tx.space.count({ where: { registryId, removedAt: null } });
}

export function countRunsOn(tx: Transaction, registryId: string): Promise<number> {
  return tx.run.count({ where: { registryId, finishedAt: null } });
}

/** What collections of a registry took and neither purged nor gave back yet: that which is kept for the longest. */
export function findOpenQuarantine(
  tx: Transaction,
  registryId: string,
): Promise<{ runId: string; state: string; purgeAfter: Date | null } | null> {
  return tx.gcQuarantine.findFirst({
    where: { registryId, endedAt: null },
    orderBy: { purgeAfter: { sort: "desc", nulls: "last" } },
    select: { runId: true, state: true, purgeAfter: true },
  });
}

/** Takes a registry out of the console: credentials and what was derived from its contents go, what history names stays. */
export async function detachRegistryRow(tx: Transaction, registryId: string): Promise<void> {
  await tx.registry.update({
    where: { id: registryId },
    data: {
      detachedAt: new Date(),
      username: null,
      passwordEncrypted: null,
      storageRoot: null,
      storageS3: Prisma.DbNull,
      s3SecretEncrypted: null,
      readOnlyRunId: null,
      readOnlySince: null,
    },
  });
  await tx.crawl.updateMany({
    where: { registryId, status: { in: ["queued", "running"] }, cancelRequestedAt: null },
    data: { cancelRequestedAt: new Date() },
  });
  await tx.registryEvent.deleteMany({ where: { registryId } });
  await tx.repository.deleteMany({ where: { registryId } });
  await tx.manifest.deleteMany({ where: { registryId } });
}

/**
 * Takes back what was under way with the address that a registry had: crawls of it stop, and what it told and nobody has worked off
 * is dropped. Whether the other address tells of pulls is not known yet.
 */
export async function forgetAddress(tx: Transaction, registryId: string): Promise<void> {
  const now = new Date();
  await tx.registry.update({ where: { id: registryId }, data: { pullTrackingSince: null } });
  // One that waits ends here: asking for another finds no active one, then.
  await tx.crawl.updateMany({
    where: { registryId, status: "queued" },
    data: {
      ...{ status: "cancelled", finishedAt: now, cancelRequestedAt: now, repeatTrigger: null },
      epoch: { increment: 1 },
    },
  });
  await tx.crawl.updateMany({
    where: { registryId, status: "running", cancelRequestedAt: null },
    data: { cancelRequestedAt: now, repeatTrigger: null },
  });
  await tx.registryEvent.deleteMany({ where: { registryId, processedAt: null } });
}

/** Spaces on registries that are not removed: of one workspace, and of all. */
export async function countRegistrySpaces(
  workspaceId: string,
  registryIds: readonly string[],
): Promise<Map<string, { own: number; all: number }>> {
  const rows = await prisma().$queryRaw<{ id: string; own: number; all: number }[]>`
    SELECT registry_id AS id, count(*) FILTER (WHERE workspace_id = ${workspaceId})::int AS own, count(*)::int AS "all"
    FROM spaces WHERE removed_at IS NULL AND registry_id = ANY(${[...registryIds]}) GROUP BY registry_id`;
  return new Map(rows.map(({ id, own, all }) => [id, { own, all }]));
}

/**
 * Registries whose health nobody looked at since `before`, claimed for whoever asks: two workers do not ask one registry at once.
 */
export async function claimDueHealthChecks(before: Date, limit: number): Promise<RegistryRecord[]> {
  const claimed = await prisma().$queryRaw<{ id: string }[]>`
    UPDATE registries SET health_checked_at = now() WHERE id IN (
      SELECT id FROM registries
      WHERE detached_at IS NULL AND (health_checked_at IS NULL OR health_checked_at < ${before})
      ORDER BY health_checked_at NULLS FIRST LIMIT ${limit} FOR UPDATE SKIP LOCKED)
    RETURNING id`;
  return prisma().registry.findMany({ where: { id: { in: claimed.map(({ id }) => id) }, detachedAt: null } });
}

/** Keeps what a health check found, unless the registry was changed while it was asked. */
export async function writeHealth(
  tx: Transaction,
  registry: Pick<RegistryRecord, "id" | "url" | "passwordEncrypted">,
  health: { state: "healthy" | "unhealthy"; error: string | null; latencyMs: number | null },
): Promise<void> {
  await tx.registry.updateMany({
    where: { id: registry.id, url: registry.url, passwordEncrypted: registry.passwordEncrypted, detachedAt: null },
    data: {
      health: health.state,
      healthError: health.error,
      healthLatencyMs: health.latencyMs,
      healthCheckedAt: new Date(),
    },
  });
}
