// Read-only mode, the lease of a sweep, and the journal of candidates. Every write that matters names the registry's epoch:
// whoever works under an older one changes no row.
import type { GcMode } from "@/domain/gc/gc-mode";
import { directQuery } from "@/server/platform/db/direct-query";
import { type Prisma, prisma } from "@/server/platform/db/prisma";
import type { Candidate, CandidateKind } from "./candidate-list";

/** What a collection must still hold before it touches anything. */
export interface Lease {
  registryId: string;
  gcEpoch: number;
  runId: string;
  runEpoch: number;
  mode: GcMode;
}

type RunClaim = { id: string; epoch: number; registryId: string };

export interface Entered {
  lease: Lease;
  /** The registry was read-only for this very run before. */
  wasReadOnly: boolean;
  lastWriteTokenExpiresAt: Date | null;
}

/**
 * Takes a registry for a run under a new epoch and puts it into read-only mode, where it is not already. From here on no write
 * token is handed out, and whoever holds an older lease is out. Null = the run is no longer this worker's.
 */
export function enterReadOnly(run: RunClaim): Promise<Entered | null> {
  return prisma().$transaction(async (tx) => {
    const before = await tx.$queryRaw<{ read_only_run_id: string | null }[]>`
      SELECT read_only_run_id FROM registries WHERE id = ${run.registryId} FOR UPDATE`;
    const wasReadOnly = before[0]?.read_only_run_id === run.id;
    const rows = await tx.$queryRaw<{ gc_epoch: number; last_write_token_expires_at: Date | null }[]>`
      UPDATE registries SET gc_epoch = gc_epoch + 1, read_only_run_id = ${run.id},
        read_only_since = CASE WHEN ${wasReadOnly} THEN read_only_since ELSE now() END
      WHERE id = ${run.registryId}
        AND EXISTS (SELECT 1 FROM runs WHERE id = ${run.id} AND epoch = ${run.epoch} AND status = 'running')
      RETURNING gc_epoch, last_write_token_expires_at`;
    const row = rows[0];
    if (!row) return null;
    // With it, not after it: a kill in between would leave a phase that says writers were drained.
    if (!wasReadOnly) {
      await tx.$executeRaw`UPDATE runs SET phase = 'waiting_for_writers' WHERE id = ${run.id} AND epoch = ${run.epoch}`;
    }
    const lease = leaseOf(run, row.gc_epoch, "read_only");
    return { lease, wasReadOnly, lastWriteTokenExpiresAt: row.last_write_token_expires_at };
  });
}

function leaseOf(run: RunClaim, gcEpoch: number, mode: GcMode): Lease {
  return { registryId: run.registryId, gcEpoch, runId: run.id, runEpoch: run.epoch, mode };
}

/** As `enterReadOnly`, without keeping anybody out. */
export async function enterOnline(run: RunClaim): Promise<Lease | null> {
  const rows = await prisma().$queryRaw<{ gc_epoch: number }[]>`
    UPDATE registries SET gc_epoch = gc_epoch + 1
    WHERE id = ${run.registryId}
      AND EXISTS (SELECT 1 FROM runs WHERE id = ${run.id} AND epoch = ${run.epoch} AND status = 'running')
    RETURNING gc_epoch`;
  return rows[0] ? leaseOf(run, rows[0].gc_epoch, "online") : null;
}

/** Ends read-only mode where this lease still has it. The epoch goes first, in the same statement. */
export async function leaveReadOnly(lease: Lease): Promise<boolean> {
  const count = await prisma().$executeRaw`
    UPDATE registries SET gc_epoch = gc_epoch + 1, read_only_run_id = NULL, read_only_since = NULL
    WHERE id = ${lease.registryId} AND gc_epoch = ${lease.gcEpoch} AND read_only_run_id = ${lease.runId}`;
  return count === 1;
}

export async function holdsLease(lease: Lease): Promise<boolean> {
  const rows = await prisma().$queryRaw<{ id: string }[]>`
    SELECT r.id FROM registries r JOIN runs u ON u.registry_id = r.id
    WHERE r.id = ${lease.registryId} AND r.gc_epoch = ${lease.gcEpoch}
      AND (${lease.mode === "online"} OR r.read_only_run_id = u.id)
      AND u.id = ${lease.runId} AND u.epoch = ${lease.runEpoch} AND u.status = 'running'`;
  return rows.length === 1;
}

/** The place of a candidate among those of its kind. */
export type CandidateKey = Pick<Candidate, "repositoryName" | "tag" | "digest">;

/** Pending candidates of a kind in order, after the one given, and up to another one. */
export async function listPendingCandidates(
  runId: string,
  kind: CandidateKind,
  after: CandidateKey | null,
  limit: number,
  upTo: CandidateKey | null = null,
): Promise<Candidate[]> {
  const keyOf = (key: CandidateKey | null) => [key?.repositoryName ?? "", key?.tag ?? "", key?.digest ?? ""];
  // Asked for every two thousand of a million: on the driver itself, which makes a row in a third of the time.
  const rows = await directQuery<{ repository_name: string; tag: string; digest: string; size_bytes: string }>({
    name: upTo ? "pending candidates up to" : "pending candidates",
    text: `SELECT repository_name, tag, digest, size_bytes FROM gc_candidates
      WHERE run_id = $1 AND kind = $2 AND state = 'pending' AND (repository_name, tag, digest) > ($3, $4, $5)
        ${upTo ? "AND (repository_name, tag, digest) <= ($7, $8, $9)" : ""}
      ORDER BY repository_name, tag, digest LIMIT $6`,
    values: [runId, kind, ...keyOf(after), limit, ...(upTo ? keyOf(upTo) : [])],
  });
  return rows.map((row) => ({
    kind,
    repositoryName: row.repository_name,
    tag: row.tag,
    digest: row.digest,
    sizeBytes: Number(row.size_bytes),
  }));
}

/**
 * `gone`: somebody else had removed it, so that it does not count as ours. `quarantined`: taken away by an online collection, and can be
 * given back; `returned`: was.
 */
export type SettledState = "deleted" | "gone" | "kept" | "failed" | "quarantined" | "returned";

/**
 * Journals how candidates of one kind ended. Whoever reads sees it at once; on the disk it is a moment later: to wait for that, batch by batch,
 * would stop the disk's own journal, which removing waits for. What a power cut takes of it is found to be gone by the next attempt.
 */
export async function settleCandidates(
  runId: string,
  kind: CandidateKind,
  settled: readonly { repositoryName: string; tag: string; digest: string; state: SettledState }[],
): Promise<void> {
  await directQuery({
    name: "settle candidates",
    text: `WITH later AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))
      UPDATE gc_candidates c SET state = s.state
      FROM later, unnest($3::text[], $4::text[], $5::text[], $6::text[]) AS s(repository_name, tag, digest, state)
      WHERE c.run_id = $1 AND c.kind = $2 AND c.repository_name = s.repository_name AND c.tag = s.tag AND c.digest = s.digest`,
    values: [
      ...[runId, kind, settled.map((one) => one.repositoryName), settled.map((one) => one.tag)],
      ...[settled.map((one) => one.digest), settled.map((one) => one.state)],
    ],
  });
}

export interface CandidateSum {
  kind: CandidateKind;
  state: SettledState | "pending";
  count: number;
  sizeBytes: number;
}

export function sumCandidates(runId: string): Promise<CandidateSum[]> {
  return prisma().$queryRaw`
    SELECT kind, state, count(*)::int AS count, coalesce(sum(size_bytes), 0)::float8 AS "sizeBytes"
    FROM gc_candidates WHERE run_id = ${runId} GROUP BY kind, state`;
}

/** Whether a run removed a blob. */
export async function wasDeleted(runId: string, digest: string): Promise<boolean> {
  const candidate = await prisma().gcCandidate.findFirst({
    where: { runId, kind: "blob", repositoryName: "", tag: "", digest, state: "deleted" },
    select: { runId: true },
  });
  return candidate !== null;
}

/** Digests that bin entries need, those whose move was interrupted among them. */
export async function listBinDigests(registryId: string): Promise<string[]> {
  const rows = await prisma().$queryRaw<{ digest: string }[]>`
    SELECT DISTINCT m.digest FROM bin_entry_manifests m JOIN bin_entries e ON e.id = m.entry_id
    WHERE e.registry_id = ${registryId} AND e.ended_at IS NULL
    UNION SELECT DISTINCT digest FROM bin_entries WHERE registry_id = ${registryId} AND ended_at IS NULL`;
  return rows.map((row) => row.digest);
}

/**
 * Lifts read-only modes whose run has ended, or has been silent for so long: epoch first, so that a collector that wakes up
 * later finds another one. Not while a helper may still be removing something, which is seconds only. Returns what was lifted.
 */
export function liftSilentReadOnly(silentSeconds: number): Promise<{ registryId: string; runId: string }[]> {
  return prisma().$queryRaw`
    WITH forgotten AS (
      SELECT r.id, r.read_only_run_id FROM registries r LEFT JOIN runs u ON u.id = r.read_only_run_id
      WHERE r.read_only_run_id IS NOT NULL AND (u.id IS NULL OR u.finished_at IS NOT NULL
        OR coalesce(u.heartbeat_at, u.created_at) < now() - make_interval(secs => ${silentSeconds}))
        AND NOT EXISTS (SELECT 1 FROM gc_shards s WHERE s.run_id = u.id AND s.state = 'active' AND s.valid_until > now())
    )
    UPDATE registries r SET gc_epoch = r.gc_epoch + 1, read_only_run_id = NULL, read_only_since = NULL
    FROM forgotten f WHERE r.id = f.id AND r.read_only_run_id = f.read_only_run_id
    RETURNING r.id AS "registryId", f.read_only_run_id AS "runId"`;
}

export type BlobCache = "unknown" | "none" | "memory" | "redis";

/** Writes down whether a registry remembers blobs that are gone. */
export async function saveBlobCache(registryId: string, blobCache: BlobCache): Promise<void> {
  await prisma().registry.update({ where: { id: registryId }, data: { blobCache } });
}

/** The collection that a registry is read-only for; null where it is for none. */
export async function findReadOnlyCollection(registryId: string): Promise<{
  runId: string;
  registryName: string;
  since: Date;
  startedAt: Date;
  timeBoxMinutes: number | null;
} | null> {
  const rows = await prisma().$queryRaw<
    { runId: string; registryName: string; since: Date; startedAt: Date; timeBoxMinutes: number | null }[]
  >`
    SELECT u.id AS "runId", r.name AS "registryName", coalesce(r.read_only_since, now()) AS since,
      coalesce(u.started_at, u.created_at) AS "startedAt", (u.options ->> 'timeBoxMinutes')::int AS "timeBoxMinutes"
    FROM registries r JOIN runs u ON u.id = r.read_only_run_id WHERE r.id = ${registryId}`;
  return rows[0] ?? null;
}

/**
 * Raises the epoch of registries whose online collection has been silent for so long that nobody took it up: should it wake up, it begins
 * anew. Returns the registries; whoever holds their lock stands still.
 */
export function raiseSilentEpochs(silentSeconds: number): Promise<{ registryId: string }[]> {
  return prisma().$queryRaw`
    UPDATE registries r SET gc_epoch = r.gc_epoch + 1 FROM runs u
    WHERE u.registry_id = r.id AND u.kind = 'gc' AND u.status = 'running' AND u.options ->> 'mode' = 'online'
      AND u.heartbeat_at < now() - make_interval(secs => ${silentSeconds})
    RETURNING r.id AS "registryId"`;
}

export async function saveUnused(
  registryId: string,
  unused: { blobCount: number; blobBytes: number; sizeBytes: number; untaggedManifestCount: number },
): Promise<void> {
  await prisma().registry.update({
    where: { id: registryId },
    data: {
      unusedBlobCount: unused.blobCount,
      unusedBytes: unused.sizeBytes,
      unusedBlobBytes: unused.blobBytes,
      unusedManifestCount: unused.untaggedManifestCount,
      unusedMeasuredAt: new Date(),
    },
  });
}

/** Whose spaces are on a registry. */
export function listRegistrySpaces(registryId: string): Promise<{ id: string; workspaceId: string; prefix: string }[]> {
  return prisma().space.findMany({
    where: { registryId, removedAt: null },
    select: { id: true, workspaceId: true, prefix: true },
  });
}

export type GcRunRow = Prisma.RunGetPayload<object>;

export function findActiveGc(registryId: string): Promise<GcRunRow | null> {
  return prisma().run.findFirst({ where: { registryId, kind: "gc", finishedAt: null } });
}
