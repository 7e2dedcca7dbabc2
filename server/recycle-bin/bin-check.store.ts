// When entries are read back from their registry, and what was found missing.

import { prisma, type Transaction } from "@/server/platform/db/prisma";
import type { MissingContent } from "@/server/platform/registry/registry-adapter";

/** Puts every entry of a space's bin first in line; answers how many there are. */
export function requestChecks(tx: Transaction, space: { id: string; workspaceId: string }): Promise<number> {
  return tx.$executeRaw`
    UPDATE bin_entries SET check_due_at = now() - interval '1 day'
    WHERE space_id = ${space.id} AND workspace_id = ${space.workspaceId} AND state = 'held'`;
}

export interface EntryToCheck {
  id: string;
  registryId: string;
  binRepositoryName: string;
  digests: string[];
}

/** Entries whose check is due at `now`, longest due first, with what each holds in the order of PUT. */
export function listEntriesToCheck(now: Date, limit: number): Promise<EntryToCheck[]> {
  return prisma().$queryRaw<EntryToCheck[]>`
    SELECT e.id, e.registry_id AS "registryId", e.bin_repository_name AS "binRepositoryName",
      ARRAY(SELECT m.digest FROM bin_entry_manifests m WHERE m.entry_id = e.id ORDER BY m.ordinal) AS digests
    FROM bin_entries e WHERE e.state = 'held' AND e.check_due_at <= ${now} ORDER BY e.check_due_at, e.id LIMIT ${limit}`;
}

/** Notes what checks found. An entry that moves by now is left to its move. Some days later each is due again. */
export async function writeChecks(
  found: readonly { entryId: string; missing: readonly MissingContent[] }[],
  againInDays: number,
): Promise<void> {
  await prisma().$executeRaw`
    UPDATE bin_entries e SET missing = c.missing, verified_at = now(), check_due_at = now() + make_interval(days => ${againInDays})
    FROM jsonb_to_recordset(${JSON.stringify(found)}::jsonb) AS c("entryId" text, missing jsonb)
    WHERE e.id = c."entryId" AND e.state = 'held'`;
}

/** Entries whose registry did not answer are asked for again a little later, after those of others. */
export async function postponeChecks(entryIds: readonly string[], minutes: number): Promise<void> {
  await prisma().$executeRaw`
    UPDATE bin_entries SET check_due_at = now() + make_interval(mins => ${minutes}) WHERE id = ANY(${[...entryIds]})`;
}
