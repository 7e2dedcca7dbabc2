// What online collections hold in quarantine: the row of each, and the states of its candidates.
import { prisma, type Transaction } from "@/server/platform/db/prisma";
import type { Candidate, CandidateKind } from "./candidate-list";
import type { Lease } from "./gc.store";

/** open: its run is at work. kept: it can be undone until `purgeAfter`. */
export type QuarantineState = "open" | "kept" | "purging" | "purged" | "giving_back" | "given_back";

export interface Quarantine {
  runId: string;
  registryId: string;
  workspaceId: string;
  /** Where it lies in storage. */
  storageKey: string;
  state: QuarantineState;
  purgeAfter: Date | null;
}

/** Writes down that a run's quarantine begins, or begins anew under another key. False = the lease is lost. */
export async function openQuarantine(
  lease: Lease,
  quarantine: { workspaceId: string; storageKey: string; needs: readonly string[] },
): Promise<boolean> {
  const { workspaceId, storageKey, needs } = quarantine;
  const count = await prisma().$executeRaw`
    INSERT INTO gc_quarantines AS q (run_id, registry_id, workspace_id, storage_key, state, needs)
    SELECT ${lease.runId}, r.id, ${workspaceId}, ${storageKey}, 'open', ${[...needs]}::text[] FROM registries r
    WHERE r.id = ${lease.registryId} AND r.gc_epoch = ${lease.gcEpoch}
    ON CONFLICT (run_id) DO UPDATE SET storage_key = excluded.storage_key, state = 'open', needs = q.needs || excluded.needs,
      purge_after = NULL, ended_at = NULL`;
  return count === 1;
}

export async function findQuarantine(runId: string): Promise<Quarantine | null> {
  const row = await prisma().gcQuarantine.findUnique({ where: { runId } });
  return row && { ...row, state: row.state as QuarantineState };
}

/** Keeps what is in a run's quarantine until then; false where the quarantine is not what it was. */
export async function keepQuarantine(runId: string, purgeAfter: Date): Promise<boolean> {
  const count = await prisma().$executeRaw`
    UPDATE gc_quarantines SET state = 'kept', purge_after = ${purgeAfter} WHERE run_id = ${runId} AND state = 'open'`;
  return count === 1;
}

/**
 * Begins the purge: from here on removed links are gone for good, since what they name begins to go. In one transaction with the
 * quarantine's state, so that nobody gives back links whose content is half gone.
 */
export function beginPurge(runId: string, from: QuarantineState): Promise<boolean> {
  return prisma().$transaction(async (tx) => {
    const count = await tx.$executeRaw`
      UPDATE gc_quarantines SET state = 'purging', purge_after = NULL WHERE run_id = ${runId} AND state = ${from}`;
    if (count === 0) return false;
    await tx.$executeRaw`
      UPDATE gc_candidates SET state = 'deleted'
      WHERE run_id = ${runId} AND state = 'quarantined' AND kind IN ('revision', 'tag_index')`;
    return true;
  });
}

/** Has what is kept put back; false where there is nothing kept, or its time is over. */
export async function beginUndo(tx: Transaction, runId: string, now: Date): Promise<boolean> {
  const count = await tx.$executeRaw`
    UPDATE gc_quarantines SET state = 'giving_back', purge_after = NULL
    WHERE run_id = ${runId} AND state = 'kept' AND purge_after > ${now}`;
  return count === 1;
}

/** Quarantines that the clock has to see to: of runs that have ended, and not been kept for longer. */
export function listDueQuarantines(now: Date, limit: number): Promise<Quarantine[]> {
  return prisma().$queryRaw`
    SELECT q.run_id AS "runId", q.registry_id AS "registryId", q.workspace_id AS "workspaceId",
      q.storage_key AS "storageKey", q.state, q.purge_after AS "purgeAfter"
    FROM gc_quarantines q JOIN runs u ON u.id = q.run_id
    WHERE q.ended_at IS NULL AND u.finished_at IS NOT NULL AND (q.state <> 'kept' OR q.purge_after <= ${now})
    ORDER BY q.created_at LIMIT ${limit}`;
}

/** Ended quarantines of a while ago that nobody has looked over for what a stopped process moved there late. */
export function listUnlookedQuarantines(endedBefore: Date, limit: number): Promise<Quarantine[]> {
  return prisma().$queryRaw`
    SELECT run_id AS "runId", registry_id AS "registryId", workspace_id AS "workspaceId", storage_key AS "storageKey", state,
      purge_after AS "purgeAfter"
    FROM gc_quarantines WHERE ended_at < ${endedBefore} AND looked_over_at IS NULL ORDER BY ended_at LIMIT ${limit}`;
}

export async function setLookedOver(runId: string): Promise<void> {
  await prisma().$executeRaw`UPDATE gc_quarantines SET looked_over_at = now() WHERE run_id = ${runId}`;
}

/** Candidates of a kind in a state, in order, after the one given. */
export async function listCandidatesIn(
  runId: string,
  kind: CandidateKind,
  state: "pending" | "quarantined" | "deleted",
  after: Candidate | null,
  limit: number,
): Promise<Candidate[]> {
  const rows = await prisma().$queryRaw<{ repository_name: string; tag: string; digest: string; size_bytes: bigint }[]>`
    SELECT repository_name, tag, digest, size_bytes FROM gc_candidates
    WHERE run_id = ${runId} AND kind = ${kind} AND state = ${state}
      AND (repository_name, tag, digest) > (${after?.repositoryName ?? ""}, ${after?.tag ?? ""}, ${after?.digest ?? ""})
    ORDER BY repository_name, tag, digest LIMIT ${limit}`;
  return rows.map((row) => ({
    kind,
    repositoryName: row.repository_name,
    tag: row.tag,
    digest: row.digest,
    sizeBytes: Number(row.size_bytes),
  }));
}

/** Forgets what an earlier attempt had not got to. */
export async function forgetPending(runId: string): Promise<void> {
  await prisma().$executeRaw`DELETE FROM gc_candidates WHERE run_id = ${runId} AND state = 'pending'`;
}

export async function sumQuarantined(runId: string): Promise<{ blobs: number; sizeBytes: number; manifests: number }> {
  const rows = await prisma().$queryRaw<{ blobs: number; sizeBytes: number; manifests: number }[]>`
    SELECT count(*) FILTER (WHERE kind = 'blob')::int AS blobs, count(*) FILTER (WHERE kind = 'revision')::int AS manifests,
      coalesce(sum(size_bytes) FILTER (WHERE kind = 'blob'), 0)::float8 AS "sizeBytes"
    FROM gc_candidates WHERE run_id = ${runId} AND state = 'quarantined'`;
  return rows[0] ?? { blobs: 0, sizeBytes: 0, manifests: 0 };
}

/** What came back of what a run took, given back by its second mark or afterwards. */
export async function sumReturned(runId: string): Promise<{ returnedBlobs: number; returnedManifests: number }> {
  const rows = await prisma().$queryRaw<{ returnedBlobs: number; returnedManifests: number }[]>`
    SELECT count(*) FILTER (WHERE kind = 'blob')::int AS "returnedBlobs",
      count(*) FILTER (WHERE kind = 'revision')::int AS "returnedManifests"
    FROM gc_candidates WHERE run_id = ${runId} AND state = 'returned'`;
  return rows[0] ?? { returnedBlobs: 0, returnedManifests: 0 };
}

/** Writes down that nothing of a run is in quarantine any more. */
export async function endQuarantine(runId: string, end: "purged" | "given_back"): Promise<void> {
  await prisma().$executeRaw`
    UPDATE gc_quarantines SET state = ${end}, purge_after = NULL, ended_at = now() WHERE run_id = ${runId} AND ended_at IS NULL`;
}

/**
 * What has to stay so that an undo gives back whole images: what quarantined manifests share with the rest of the registry, and (for the
 * links that lead to them) the blobs that are kept in quarantine.
 */
export async function listQuarantineNeeds(registryId: string): Promise<string[]> {
  const rows = await prisma().$queryRaw<{ digest: string }[]>`
    SELECT unnest(needs) AS digest FROM gc_quarantines WHERE registry_id = ${registryId} AND ended_at IS NULL
    UNION
    SELECT c.digest FROM gc_quarantines q JOIN gc_candidates c ON c.run_id = q.run_id
    WHERE q.registry_id = ${registryId} AND q.state IN ('kept', 'giving_back') AND c.kind = 'blob' AND c.state = 'quarantined'`;
  return rows.map(({ digest }) => digest);
}

/** Merges numbers into the totals of a run that has ended; those named null go. */
export async function correctTotals(runId: string, numbers: Record<string, unknown>): Promise<void> {
  await prisma().$executeRaw`
    UPDATE runs SET totals = jsonb_strip_nulls(totals || ${JSON.stringify(numbers)}::jsonb) WHERE id = ${runId} AND finished_at IS NOT NULL`;
}
