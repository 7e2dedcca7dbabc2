// What a mark decided, written into the journal by COPY.
import { type BulkConnection, withBulkConnection } from "@/server/platform/db/bulk-connection";
import type { Candidate } from "./candidate-list";
import type { Lease } from "./gc.store";

const LINES_PER_CHUNK = 500;
const COLUMNS = "(run_id, kind, repository_name, tag, digest, size_bytes)";

/**
 * Makes the candidates the run's journal, all or none. What an earlier mark listed and nobody removed is forgotten. False = the lease is
 * lost and nothing was changed.
 * @throws the signal's reason
 */
export function writeCandidates(lease: Lease, candidates: Iterable<Candidate>, signal: AbortSignal): Promise<boolean> {
  return withBulkConnection(signal, async (connection) => {
    await connection.query("BEGIN");
    // FOR SHARE: a new epoch waits for this transaction, and then forgets what it added.
    const held = await connection.query(
      `SELECT id FROM registries WHERE id = $1 AND gc_epoch = $2 AND ($3 OR read_only_run_id = $4) FOR SHARE`,
      [lease.registryId, lease.gcEpoch, lease.mode === "online", lease.runId],
    );
    if (held.length === 0) {
      await connection.query("ROLLBACK");
      return false;
    }
    await connection.query("DELETE FROM gc_candidates WHERE run_id = $1 AND state NOT IN ('deleted', 'quarantined')", [
      lease.runId,
    ]);
    const left = await connection.query("SELECT 1 FROM gc_candidates WHERE run_id = $1 LIMIT 1", [lease.runId]);
    const lines = copyLines(lease.runId, candidates);
    if (left.length === 0) await connection.copyIn(`gc_candidates ${COLUMNS}`, lines);
    else await addToOlder(connection, lines);
    await connection.query("COMMIT");
    return true;
  });
}

/** Some of them are known from an earlier attempt: they were removed, came back, and are to go again. */
async function addToOlder(connection: BulkConnection, lines: Iterable<string>): Promise<void> {
  await connection.query("CREATE TEMPORARY TABLE marked (LIKE gc_candidates INCLUDING DEFAULTS) ON COMMIT DROP");
  await connection.copyIn(`marked ${COLUMNS}`, lines);
  await connection.query(
    `INSERT INTO gc_candidates ${COLUMNS} SELECT run_id, kind, repository_name, tag, digest, size_bytes FROM marked
     ON CONFLICT (run_id, kind, repository_name, tag, digest) DO UPDATE SET state = 'pending', size_bytes = excluded.size_bytes`,
  );
}

function* copyLines(runId: string, candidates: Iterable<Candidate>): Generator<string> {
  let lines: string[] = [];
  for (const { kind, repositoryName, tag, digest, sizeBytes } of candidates) {
    lines.push(`${runId}\t${kind}\t${escaped(repositoryName)}\t${escaped(tag)}\t${digest}\t${sizeBytes}\n`);
    if (lines.length < LINES_PER_CHUNK) continue;
    yield lines.join("");
    lines = [];
  }
  if (lines.length > 0) yield lines.join("");
}

/** Names come from a disk, on which anything may lie. */
function escaped(text: string): string {
  return text.replace(/[\\\t\n\r]/g, (character) => ESCAPES[character] ?? "");
}
const ESCAPES: Record<string, string> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" };
