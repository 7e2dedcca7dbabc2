import type { Transaction } from "@/server/platform/db/prisma";
import {
  deleteGoneRows,
  listAffected,
  listDigestsAfter,
  raiseRevision,
  writeCounts,
  writeRows,
} from "./image-rows.store";

const ROWS_PER_WRITE = 5000;

/**
 * Brings the rows that people browse up to date after manifests or tags of a repository changed, in the transaction that changed
 * them: the rows of the changed digests and of whatever they hang in, the repository's counts, and the space's revision, which
 * open pages watch. A changed tag counts by the digest that it pointed to and the one that it points to; of a fallback tag
 * that was removed, name its subject too.
 */
export async function refreshImages(
  tx: Transaction,
  repository: { id: string; registryId: string },
  changed: readonly string[] | "all",
): Promise<void> {
  if (changed === "all") {
    await deleteGoneRows(tx, repository.id);
    for (let after = ""; ; ) {
      const page = await listDigestsAfter(tx, repository.id, after, ROWS_PER_WRITE);
      if (page.length > 0) await writeRows(tx, repository, page);
      const last = page.at(-1);
      if (last === undefined || page.length < ROWS_PER_WRITE) break;
      after = last;
    }
  } else {
    if (changed.length === 0) return;
    const affected = await listAffected(tx, repository, changed);
    for (let from = 0; from < affected.length; from += ROWS_PER_WRITE) {
      await writeRows(tx, repository, affected.slice(from, from + ROWS_PER_WRITE));
    }
  }
  await writeCounts(tx, repository.id);
  await raiseRevision(tx, repository.id);
}
