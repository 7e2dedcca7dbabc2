import type { BinEntryDto } from "@/contracts/recycle-bin";
import type { EntryRow } from "./bin-list.store";
import { measureUniqueBytes } from "./recycle-bin.store";

const iso = (date: Date | null): string | null => date?.toISOString() ?? null;

/** Entries as the API shows them, with what purging each would set free. */
export async function binEntryDtos(rows: readonly EntryRow[]): Promise<BinEntryDto[]> {
  const unique = rows.length > 0 ? await measureUniqueBytes(rows.map((row) => row.id)) : new Map<string, number>();
  return rows.map(
    ({ sizeBytes, reason, problemAction, problemText, problemRunId, problemAt, sortKey: _, endedAt: __, ...row }) => ({
      ...row,
      logicalBytes: Number(sizeBytes),
      uniqueBytes: unique.get(row.id) ?? 0,
      reasonText: reason.text,
      pushedAt: iso(row.pushedAt),
      lastPulledAt: iso(row.lastPulledAt),
      recycledAt: iso(row.recycledAt),
      purgeAfter: iso(row.purgeAfter),
      verifiedAt: iso(row.verifiedAt),
      problem:
        problemAction !== null && problemText !== null && problemRunId !== null && problemAt !== null
          ? { action: problemAction, text: problemText, runId: problemRunId, at: problemAt.toISOString() }
          : null,
    }),
  );
}
