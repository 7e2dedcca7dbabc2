// PostgreSQL owns every transition of a crawl, as it does for runs: each write of a worker names the epoch it claimed
// under, and changes no row once somebody else has claimed the crawl.
import { type Prisma, prisma, type Transaction } from "@/server/platform/db/prisma";

export type CrawlRecord = Prisma.CrawlGetPayload<object>;
export type CrawlTrigger = "first" | "schedule" | "manual" | "run";

const KEPT_PER_REGISTRY = 50;

export interface NewCrawl {
  id: string;
  registryId: string;
  /** null = every space of the registry */
  spaceId: string | null;
  trigger: CrawlTrigger;
  requestedByName: string | null;
  /** Have another follow one that runs already: it may have passed what has changed. */
  repeatsRunning: boolean;
}

/** The new crawl, or the one of the same registry and space that is active: there is never a second. */
export async function insertCrawl(tx: Transaction, crawl: NewCrawl): Promise<CrawlRecord> {
  const { id, registryId, spaceId, trigger, requestedByName, repeatsRunning } = crawl;
  for (;;) {
    await tx.$executeRaw`
      INSERT INTO crawls (id, registry_id, space_id, trigger, requested_by_name)
      VALUES (${id}, ${registryId}, ${spaceId}, ${trigger}, ${requestedByName})
      ON CONFLICT (registry_id, coalesce(space_id, '')) WHERE status IN ('queued', 'running') DO NOTHING`;
    const active = await tx.crawl.findFirst({
      where: { registryId, spaceId, status: { in: ["queued", "running"] } },
    });
    // It ended just now, before it could be seen: the place is free.
    if (!active) continue;
    if (active.id !== id && repeatsRunning) {
      // One that nobody has begun will see what has changed. One that ends at this moment is followed by nothing: insert again.
      const isBegun = active.epoch > 0;
      const { count } = await tx.crawl.updateMany({
        where: { id: active.id, finishedAt: null },
        data: isBegun ? { repeatTrigger: trigger } : {},
      });
      if (count === 0) continue;
    }
    return active;
  }
}

export function findCrawl(crawlId: string): Promise<CrawlRecord | null> {
  return prisma().crawl.findUnique({ where: { id: crawlId } });
}

/** A crawl that covers a space: its own, or one of its whole registry. */
export function findCrawlOfSpace(
  space: { id: string; registryId: string },
  crawlId: string,
): Promise<CrawlRecord | null> {
  return prisma().crawl.findFirst({ where: { id: crawlId, ...coveringSpace(space) } });
}

export function listCrawlsOfSpace(space: { id: string; registryId: string }, limit: number): Promise<CrawlRecord[]> {
  return prisma().crawl.findMany({
    where: coveringSpace(space),
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: limit,
  });
}

/** When the latest crawl that read a space whole ended; null = none did. */
export async function findLastReadAt(space: { id: string; registryId: string }): Promise<Date | null> {
  const rows = await prisma().$queryRaw<{ at: Date | null }[]>`
    SELECT greatest(
      (SELECT max(c.finished_at) FROM crawls c WHERE c.registry_id = s.registry_id AND (c.space_id = s.id OR c.space_id IS NULL)
         AND c.status = 'succeeded' AND c.started_at >= s.created_at),
      (SELECT r.last_crawled_at FROM registries r WHERE r.id = s.registry_id AND r.last_crawled_at >= s.created_at)) AS at
    FROM spaces s WHERE s.id = ${space.id}`;
  return rows[0]?.at ?? null;
}

function coveringSpace(space: { id: string; registryId: string }): Prisma.CrawlWhereInput {
  return { registryId: space.registryId, OR: [{ spaceId: space.id }, { spaceId: null }] };
}

/** Whether spaces of other workspaces are on a registry too. */
export async function isSharedRegistry(registryId: string, workspaceId: string): Promise<boolean> {
  const other = await prisma().space.findFirst({
    where: { registryId, removedAt: null, workspaceId: { not: workspaceId } },
    select: { id: true },
  });
  return other !== null;
}

/** Takes a queued crawl, or one whose worker fell silent, under a new epoch. Null = somebody else has it, or it ended. */
export async function claimCrawl(
  crawlId: string,
  workerId: string,
  staleSeconds: number,
  source: "storage" | "api",
): Promise<CrawlRecord | null> {
  const rows = await prisma().$queryRaw<{ id: string }[]>`
    UPDATE crawls SET status = 'running', epoch = epoch + 1, worker_id = ${workerId}, heartbeat_at = now(),
      started_at = coalesce(started_at, now()), source = ${source}
    WHERE id = ${crawlId} AND (status = 'queued' OR (status = 'running' AND heartbeat_at < now() - make_interval(secs => ${staleSeconds})))
    RETURNING id`;
  return rows.length === 1 ? findCrawl(crawlId) : null;
}

export interface CrawlProgress {
  repositoriesTotal: number | null;
  repositoriesDone: number;
  repositoriesFailed: number;
  manifestsRead: number;
  lastRepository: string | null;
}

/** Renews the claim and writes how far it came. Null = fenced: this worker no longer owns the crawl. */
export async function heartbeatCrawl(
  crawlId: string,
  epoch: number,
  progress: CrawlProgress,
): Promise<{ cancelRequestedAt: Date | null } | null> {
  const rows = await prisma().$queryRaw<{ cancelRequestedAt: Date | null }[]>`
    UPDATE crawls SET heartbeat_at = now(), repositories_total = ${progress.repositoriesTotal}, repositories_done = ${progress.repositoriesDone},
      repositories_failed = ${progress.repositoriesFailed}, manifests_read = ${progress.manifestsRead}, last_repository = ${progress.lastRepository}
    WHERE id = ${crawlId} AND epoch = ${epoch} AND status = 'running'
    RETURNING cancel_requested_at AS "cancelRequestedAt"`;
  return rows[0] ?? null;
}

/**
 * Ends a crawl that this worker owns, and forgets the oldest ones of its registry. False = fenced, or it ended already.
 * Where it was asked for again meanwhile, `repeatId` becomes the id of the one that follows.
 */
export function finishCrawl(
  crawlId: string,
  epoch: number,
  outcome: { status: "succeeded" | "failed" | "cancelled"; error: string | null },
  repeatId: string,
): Promise<{ isOurs: boolean; isRepeated: boolean }> {
  return prisma().$transaction(async (tx) => {
    const { count } = await tx.crawl.updateMany({
      where: { id: crawlId, epoch, status: "running" },
      data: { status: outcome.status, error: outcome.error, finishedAt: new Date() },
    });
    const crawl = count === 1 ? await tx.crawl.findUnique({ where: { id: crawlId } }) : null;
    if (!crawl) return { isOurs: false, isRepeated: false };
    const { registryId, spaceId, repeatTrigger } = crawl;
    if (repeatTrigger) {
      await tx.$executeRaw`
        INSERT INTO crawls (id, registry_id, space_id, trigger) VALUES (${repeatId}, ${registryId}, ${spaceId}, ${repeatTrigger})
        ON CONFLICT DO NOTHING`;
    }
    await tx.$executeRaw`
      DELETE FROM crawls WHERE registry_id = ${registryId} AND finished_at IS NOT NULL AND id NOT IN (
        SELECT id FROM crawls WHERE registry_id = ${registryId} ORDER BY created_at DESC, id DESC LIMIT ${KEPT_PER_REGISTRY})`;
    return { isOurs: true, isRepeated: repeatTrigger !== null };
  });
}

/** Gives a crawl back to the queue (shutdown). The next claim raises the epoch. */
export async function releaseCrawl(crawlId: string, epoch: number): Promise<boolean> {
  const { count } = await prisma().crawl.updateMany({
    where: { id: crawlId, epoch, status: "running" },
    data: { status: "queued", workerId: null },
  });
  return count === 1;
}

/** One that waits, or whose worker fell silent, ends at once; a running one is asked. Idempotent; an ended one stays as it is, and the answer is false, as where it was asked already. */
export async function requestCrawlCancel(tx: Transaction, crawlId: string, staleSeconds: number): Promise<boolean> {
  const { count } = await tx.crawl.updateMany({
    where: {
      id: crawlId,
      OR: [
        { status: "queued" },
        { status: "running", heartbeatAt: { lt: new Date(Date.now() - staleSeconds * 1000) } },
      ],
    },
    data: {
      status: "cancelled",
      finishedAt: new Date(),
      cancelRequestedAt: new Date(),
      repeatTrigger: null,
      epoch: { increment: 1 },
    },
  });
  if (count === 1) return true;
  const asked = await tx.crawl.updateMany({
    where: { id: crawlId, finishedAt: null, cancelRequestedAt: null },
    data: { cancelRequestedAt: new Date(), repeatTrigger: null },
  });
  return asked.count === 1;
}

/** Crawls that wait, or whose worker fell silent. */
export function listCrawlsToEnqueue(staleSeconds: number, limit: number): Promise<{ id: string; epoch: number }[]> {
  return prisma().crawl.findMany({
    where: {
      OR: [
        { status: "queued" },
        { status: "running", heartbeatAt: { lt: new Date(Date.now() - staleSeconds * 1000) } },
      ],
    },
    orderBy: { createdAt: "asc" },
    take: limit,
    select: { id: true, epoch: true },
  });
}

/** When each registry was last asked to be read whole; one without a crawl is left out. */
export async function listLastCrawlTimes(): Promise<Map<string, Date>> {
  const rows = await prisma().$queryRaw<{ registryId: string; at: Date }[]>`
    SELECT registry_id AS "registryId", max(created_at) AS at FROM crawls WHERE space_id IS NULL GROUP BY registry_id`;
  return new Map(rows.map(({ registryId, at }) => [registryId, at]));
}
