import type { BinFilterDto, BinSummaryDto } from "@/contracts/recycle-bin";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { requireSpace } from "@/server/spaces/require-space";
import { countHalfMade, measureFreedBytes, summarizeEntries } from "./bin-summary.store";

/** Up to so many entries what their purge frees is worked out. */
const MEASURED_MAX = 10_000;

/** What a filter finds in the bin of a space, or in all of a workspace's, as one. @throws AppError not_found */
export async function summarizeBin(
  scope: WorkspaceScope,
  input: BinFilterDto & { spaceId?: string | undefined },
): Promise<BinSummaryDto> {
  const { spaceId, ...filter } = input;
  if (spaceId !== undefined) await requireSpace(scope, spaceId);
  const place = { workspaceId: scope.workspaceId, spaceId };
  const [sums, freedBytes, halfMade] = await Promise.all([
    summarizeEntries(place, filter),
    measureFreedBytes(place, filter, MEASURED_MAX),
    filter.state === "any" ? countHalfMade(place) : 0,
  ]);
  const { dueCount, dueBytes, dueFirstAt, pendingChecks, lastCheckAt, stuckCount, ...numbers } = sums;
  return {
    ...numbers,
    freedBytes,
    dueSoon: { entryCount: dueCount, logicalBytes: dueBytes, firstAt: dueFirstAt?.toISOString() ?? null },
    // A half-made copy is in no bin yet, but somebody has to know of it.
    stuckCount: stuckCount + halfMade,
    checks: { pending: pendingChecks, lastAt: lastCheckAt?.toISOString() ?? null },
  };
}
