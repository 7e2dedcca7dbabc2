import { prisma, type Transaction } from "@/server/platform/db/prisma";

const GROWN_MIN = 100;
const GROWN_SHARE = 0.3;

let grown = 0;

/**
 * Has PostgreSQL look at the inventory again once it has grown much. Its own housekeeping comes by each minute; until then it takes
 * a registry that is read for the first time for an empty one, and reads whole tables for every row.
 */
export async function keepStatistics(manifestsRead: number): Promise<void> {
  grown += manifestsRead;
  if (grown < GROWN_MIN) return;
  const [known] = await prisma().$queryRaw<{ rows: number }[]>`
    SELECT greatest(reltuples, 0)::float8 AS rows FROM pg_class WHERE oid = 'manifests'::regclass`;
  if (grown < (known?.rows ?? 0) * GROWN_SHARE) return;
  grown = 0;
  await prisma().$executeRaw`ANALYZE manifests, manifest_references, repository_manifests, tags, images, repositories`;
}

/** The same for what a transaction has just added itself. */
export async function analyzeHeld(tx: Transaction): Promise<void> {
  await tx.$executeRaw`ANALYZE repository_manifests, tags`;
}
