import type { RunItemFilterDto, RunItemSummaryDto } from "@/contracts/run-items";
import { notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { findRun } from "./run.store";
import { countOtherHits, countRunItemFacets, type RunItemFacet, sumRunItems } from "./run-item-list.store";

const REPOSITORIES_MAX = 200;

/** Totals of the images of a run that a filter finds (bytes), and how many there are of each value they can be filtered by. @throws AppError not_found */
export async function summarizeRunItems(
  scope: WorkspaceScope,
  input: RunItemFilterDto & { runId: string },
): Promise<RunItemSummaryDto> {
  const { runId, ...filter } = input;
  const run = await findRun(scope.workspaceId, runId);
  if (!run) throw notFound();
  const [totals, counted, otherHits] = await Promise.all([
    sumRunItems(run, filter),
    countRunItemFacets(run.id, REPOSITORIES_MAX),
    countOtherHits(run.id),
  ]);
  const facet = (name: RunItemFacet["facet"]) =>
    counted.filter((one) => one.facet === name).map(({ value, count }) => ({ value, count }));
  return {
    totals: {
      images: totals.images,
      tags: Number(totals.tags),
      logicalBytes: Number(totals.logicalBytes),
      uniqueBytes: Number(totals.uniqueBytes),
    },
    facets: {
      ...{ actions: facet("actions"), states: facet("states"), reasons: facet("reasons") },
      ...{ rules: added(facet("rules"), otherHits), kinds: facet("kinds"), repositories: facet("repositories") },
    },
  };
}

type Counted = { value: string; count: number };

/** Both counts by value, largest first. */
function added(some: readonly Counted[], more: readonly Counted[]): Counted[] {
  const counts = new Map<string, number>();
  for (const { value, count } of [...some, ...more]) counts.set(value, (counts.get(value) ?? 0) + count);
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
}
