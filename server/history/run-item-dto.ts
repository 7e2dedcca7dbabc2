import type { RunItemDto } from "@/contracts/run-items";
import type { RunItemRow } from "./run-item-list.store";

/** An item of a run as the API shows it. */
export function runItemDto(row: RunItemRow): RunItemDto {
  const { ordinal, action, state, repositoryName, digest, kind, tags, selectedTags } = row;
  const { reasonText, reasonCode, ruleId, memberCount, binEntryId, error } = row;
  // Nothing was measured of what only loses tags, nor by kinds of runs that have no plan: zeros would say that it is free.
  const isMeasured = action !== "untag" && (row.ownBytes > 0n || row.sharedBytes > 0n);
  return {
    ...{ ordinal, action, state, repositoryName, digest, kind, tags, selectedTags },
    ...{ reasonText, reasonCode, ruleId, memberCount, binEntryId, error },
    logicalBytes: Number(row.sizeBytes),
    uniqueBytes: Number(row.uniqueBytes),
    ownBytes: isMeasured ? Number(row.ownBytes) : null,
    sharedBytes: isMeasured ? Number(row.sharedBytes) : null,
    pushedAt: row.pushedAt?.toISOString() ?? null,
    lastPulledAt: row.lastPulledAt?.toISOString() ?? null,
  };
}
