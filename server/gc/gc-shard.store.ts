// Parts of a collection's work that any worker may do. Whoever has one names its claim in every write; nobody claims one, or goes on with
// one, under another epoch than the registry's, for a run that ended or is to end, or whose own worker fell silent.
import { Prisma, prisma } from "@/server/platform/db/prisma";
import type { CandidateKind } from "./candidate-list";
import type { CandidateKey, Lease, SettledState } from "./gc.store";

export type ShardKind = CandidateKind | "manifests";

/** A shard as one worker has it. */
export interface ShardClaim {
  runId: string;
  gcEpoch: number;
  number: number;
  claim: number;
  kind: ShardKind;
  /** Candidates after this one, up to that one; null = no end. */
  after: CandidateKey | null;
  upTo: CandidateKey | null;
  input: Uint8Array | null;
  witnesses: string[];
  registryId: string;
  workspaceId: string;
  mode: Lease["mode"];
  /** For so long (ms, from when it was asked for) it may be worked on. */
  openMs: number;
}

/** For how long each question opens a shard, and how long after that its worker may still be heard of by storage. */
export type ShardTimes = { openMs: number; lateMs: number; staleMs: number };

/** The claimed shard's registry and run, where the run still goes on as it did when the shard was made. `s` is the shard. */
const HELD = Prisma.sql`r.gc_epoch = s.gc_epoch AND u.id = s.run_id AND u.registry_id = r.id AND u.epoch = s.run_epoch
  AND u.status = 'running' AND u.cancel_requested_at IS NULL AND NOT s.is_revoked
  AND (s.kind = 'manifests' OR coalesce(u.options ->> 'mode', 'read_only') = 'online' OR r.read_only_run_id = u.id)`;

/** How long one may go on (ms): well below the silence of the run's own worker after which another takes the run. */
const openFor = ({ openMs, staleMs }: ShardTimes) =>
  Prisma.sql`least(${openMs}::float8, ${(staleMs * 2) / 3}::float8 - extract(epoch FROM now() - u.heartbeat_at)::float8 * 1000)`;

/** One of a mark holds some ten kilobytes. */
const ROWS_AT_ONCE = 200;

type Range = { after: CandidateKey | null; upTo: CandidateKey | null };

/** Writes shards that are to be done, numbered from the next free number; null where the lease is lost. */
export async function insertShards(
  lease: Lease,
  kind: ShardKind,
  parts: readonly (Range & { input: Uint8Array | null })[],
  witnesses: readonly string[],
): Promise<number[] | null> {
  return prisma().$transaction(async (tx) => {
    const held = await tx.$queryRaw<{ next: number }[]>`
      SELECT (SELECT coalesce(max(number), 0) + 1 FROM gc_shards s WHERE s.run_id = u.id AND s.gc_epoch = r.gc_epoch) AS next
      FROM registries r JOIN runs u ON u.registry_id = r.id
      WHERE r.id = ${lease.registryId} AND r.gc_epoch = ${lease.gcEpoch} AND u.id = ${lease.runId}
        AND u.epoch = ${lease.runEpoch} AND u.status = 'running' FOR SHARE OF r`;
    const first = held[0]?.next;
    if (first === undefined) return null;
    const rows = parts.map((part, at) => ({
      ...{ runId: lease.runId, gcEpoch: lease.gcEpoch, runEpoch: lease.runEpoch, number: first + at, kind },
      ...{ afterKey: listOf(part.after), upToKey: listOf(part.upTo), witnesses: [...witnesses] },
      input: part.input === null ? null : Buffer.from(part.input),
    }));
    for (let at = 0; at < rows.length; at += ROWS_AT_ONCE)
      await tx.gcShard.createMany({ data: rows.slice(at, at + ROWS_AT_ONCE) });
    return rows.map(({ number }) => number);
  });
}

const listOf = (key: CandidateKey | null) => (key === null ? [] : [key.repositoryName, key.tag, key.digest]);

function keyOf(list: readonly string[] | null): CandidateKey | null {
  const [repositoryName = "", tag = "", digest = ""] = list ?? [];
  return digest === "" ? null : { repositoryName, tag, digest };
}

/** Every so many-th pending candidate of a kind in order, the last one left out: where shards end. */
export async function listShardEnds(runId: string, kind: CandidateKind, size: number): Promise<CandidateKey[]> {
  return prisma().$queryRaw`
    SELECT repository_name AS "repositoryName", tag, digest FROM (
      SELECT repository_name, tag, digest, row_number() OVER (ORDER BY repository_name, tag, digest) AS place, count(*) OVER () AS total
      FROM gc_candidates WHERE run_id = ${runId} AND kind = ${kind} AND state = 'pending'
    ) ordered WHERE place % ${size} = 0 AND place < total ORDER BY place`;
}

/** Takes a shard that waits, or whose worker fell silent; `preferred` first. Null where there is none, or the run does not go on. */
export async function claimShard(
  run: { runId: string; gcEpoch: number },
  worker: { workerId: string; preferred: number | null },
  times: ShardTimes,
): Promise<ShardClaim | null> {
  const rows = await prisma().$queryRaw<
    (Omit<ShardClaim, "after" | "upTo"> & { after: string[] | null; upTo: string[] | null })[]
  >`
    WITH next AS (
      SELECT s.number, ${openFor(times)} AS open_ms, r.id AS registry_id, u.workspace_id,
        coalesce(u.options ->> 'mode', 'read_only') AS mode
      FROM gc_shards s, registries r, runs u
      WHERE s.run_id = ${run.runId} AND s.gc_epoch = ${run.gcEpoch} AND ${HELD} AND ${openFor(times)} > 0
        AND (s.state = 'pending' OR (s.state = 'active' AND s.valid_until < now()))
      ORDER BY s.number = ${worker.preferred ?? 0} DESC, s.number LIMIT 1 FOR UPDATE OF s SKIP LOCKED
    )
    UPDATE gc_shards s SET state = 'active', claim = claim + 1, claimed_by = ${worker.workerId},
      valid_until = now() + make_interval(secs => (next.open_ms + ${times.lateMs}::float8) / 1000)
    FROM next WHERE s.run_id = ${run.runId} AND s.gc_epoch = ${run.gcEpoch} AND s.number = next.number
    RETURNING s.run_id AS "runId", s.gc_epoch AS "gcEpoch", s.number, s.claim, s.kind, s.after_key AS after, s.up_to_key AS "upTo",
      s.input, s.witnesses, next.registry_id AS "registryId", next.workspace_id AS "workspaceId", next.mode, next.open_ms AS "openMs"`;
  const row = rows[0];
  return row ? { ...row, after: keyOf(row.after), upTo: keyOf(row.upTo) } : null;
}

type Held = Pick<ShardClaim, "runId" | "gcEpoch" | "number" | "claim">;
const isOurs = ({ runId, gcEpoch, number, claim }: Held) =>
  Prisma.sql`s.run_id = ${runId} AND s.gc_epoch = ${gcEpoch} AND s.number = ${number} AND s.claim = ${claim} AND s.state = 'active'`;

/** For how long (ms, from when it was asked) its worker may go on; null where it must not any more. */
export async function renewShard(held: Held, times: ShardTimes): Promise<number | null> {
  const rows = await prisma().$queryRaw<{ openMs: number }[]>`
    UPDATE gc_shards s SET valid_until = now() + make_interval(secs => (${openFor(times)} + ${times.lateMs}::float8) / 1000)
    FROM registries r, runs u WHERE ${isOurs(held)} AND ${HELD} AND ${openFor(times)} > 0
    RETURNING ${openFor(times)} AS "openMs"`;
  return rows[0]?.openMs ?? null;
}

/** Its worker begins nothing more, and what it had begun has not ended yet. */
export async function lingerShard(held: Held, { openMs }: ShardTimes): Promise<void> {
  await prisma().$executeRaw`
    UPDATE gc_shards s SET valid_until = greatest(valid_until, now() + make_interval(secs => ${openMs}::float8 / 1000)) WHERE ${isOurs(held)}`;
}

/** Ends a claim: nothing of it is under way any more. `pending` = somebody else is to go on with it. */
export async function endShard(held: Held, state: "done" | "pending"): Promise<boolean> {
  const count = await prisma().$executeRaw`
    UPDATE gc_shards s SET state = ${state}, valid_until = NULL WHERE ${isOurs(held)}`;
  return count === 1;
}

/** As `endShard`, with what was found. False = the shard is somebody else's by now. */
export async function answerShard(held: Held, result: Uint8Array, doneCount: number): Promise<boolean> {
  const count = await prisma().$executeRaw`
    UPDATE gc_shards s SET state = 'done', valid_until = NULL, input = NULL, result = ${Buffer.from(result)}, done_count = ${doneCount}
    WHERE ${isOurs(held)}`;
  return count === 1;
}

/** What was found, which is forgotten then. @throws Error where there is nothing */
export async function takeShardResult(lease: Lease, number: number): Promise<Uint8Array> {
  const where = { runId: lease.runId, gcEpoch: lease.gcEpoch, number };
  const { result } = await prisma().gcShard.findFirstOrThrow({ where, select: { result: true } });
  if (result === null) throw new Error("nothing was found by this shard");
  await prisma().gcShard.updateMany({ where, data: { result: null } });
  return result;
}

/**
 * Journals how candidates of a shard ended, and adds them to what it counts, both or neither. What was removed stays removed whoever else
 * says that it was gone. Under another epoch nothing is written: its mark sees by itself what is gone.
 */
export async function settleShard(
  { runId, gcEpoch, number, registryId, kind }: ShardClaim,
  settled: readonly (CandidateKey & { state: SettledState })[],
  failures: readonly string[],
): Promise<void> {
  await prisma().$executeRaw`
    WITH changed AS (
      UPDATE gc_candidates c SET state = s.state
      FROM unnest(${settled.map((one) => one.repositoryName)}::text[], ${settled.map((one) => one.tag)}::text[],
        ${settled.map((one) => one.digest)}::text[], ${settled.map((one) => one.state)}::text[])
        AS s(repository_name, tag, digest, state)
      WHERE c.run_id = ${runId} AND c.kind = ${kind} AND c.repository_name = s.repository_name AND c.tag = s.tag AND c.digest = s.digest
        AND (c.state = 'pending' OR (c.state IN ('gone', 'failed') AND s.state = 'deleted'))
        AND EXISTS (SELECT 1 FROM registries r WHERE r.id = ${registryId} AND r.gc_epoch = ${gcEpoch})
      RETURNING c.state, c.size_bytes
    ), counted AS (
      SELECT count(*)::int AS done, (count(*) FILTER (WHERE state = 'failed'))::int AS failed,
        (count(*) FILTER (WHERE state = 'deleted'))::int AS deleted,
        coalesce(sum(size_bytes) FILTER (WHERE state = 'deleted'), 0)::bigint AS bytes
      FROM changed
    )
    UPDATE gc_shards s SET done_count = done_count + counted.done, failed_count = failed_count + counted.failed,
      deleted_manifests = deleted_manifests + CASE WHEN s.kind = 'revision' THEN counted.deleted ELSE 0 END,
      deleted_blobs = deleted_blobs + CASE WHEN s.kind = 'blob' THEN counted.deleted ELSE 0 END,
      freed_bytes = freed_bytes + counted.bytes, failures = (failures || ${[...failures]}::text[])[1:50]
    FROM counted WHERE s.run_id = ${runId} AND s.gc_epoch = ${gcEpoch} AND s.number = ${number}`;
}

export interface ShardState {
  number: number;
  state: "pending" | "active" | "done";
  doneCount: number;
  failedCount: number;
  deletedManifests: number;
  deletedBlobs: number;
  freedBytes: number;
  failures: string[];
}

/** How far shards are, by number. */
export function listShardStates(lease: Lease, numbers: readonly number[]): Promise<ShardState[]> {
  return prisma().$queryRaw`
    SELECT number, state, done_count AS "doneCount", failed_count AS "failedCount", deleted_manifests AS "deletedManifests",
      deleted_blobs AS "deletedBlobs", freed_bytes::float8 AS "freedBytes", failures
    FROM gc_shards WHERE run_id = ${lease.runId} AND gc_epoch = ${lease.gcEpoch} AND number = ANY(${[...numbers]}::int[])
    ORDER BY number`;
}

/**
 * Lets nobody begin or go on with a shard of a run; those that have one hear of it when they ask next. What is large about shards is
 * forgotten.
 */
export async function revokeShards(runId: string): Promise<void> {
  await prisma().$executeRaw`
    UPDATE gc_shards SET is_revoked = is_revoked OR state <> 'done', input = NULL, result = NULL
    WHERE run_id = ${runId} AND ((state <> 'done' AND NOT is_revoked) OR input IS NOT NULL OR result IS NOT NULL)`;
}

/** Whether anybody may still be at a shard of any collection of a registry. */
export async function isAnyShardActive(registryId: string): Promise<boolean> {
  const rows = await prisma().$queryRaw<{ isActive: boolean }[]>`
    SELECT EXISTS (SELECT 1 FROM gc_shards s JOIN runs u ON u.id = s.run_id
      WHERE u.registry_id = ${registryId} AND s.state = 'active' AND s.valid_until > now()) AS "isActive"`;
  return rows[0]?.isActive ?? false;
}

/** Whose collection it is, where it has shards that are not done. */
export async function findShardedRun(run: {
  runId: string;
  gcEpoch: number;
}): Promise<{ registryId: string; workspaceId: string } | null> {
  const rows = await prisma().$queryRaw<{ registryId: string; workspaceId: string }[]>`
    SELECT registry_id AS "registryId", workspace_id AS "workspaceId" FROM runs u
    WHERE u.id = ${run.runId} AND u.status = 'running' AND EXISTS (SELECT 1 FROM gc_shards s
      WHERE s.run_id = u.id AND s.gc_epoch = ${run.gcEpoch} AND s.state IN ('pending', 'active') AND NOT s.is_revoked)`;
  return rows[0] ?? null;
}
