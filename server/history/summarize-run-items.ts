import type { RunItemFilterDto, RunItemSummaryDto } from "@/contracts/run-items";
import { notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { findRun } from "./run.store";
import { countRunItemFacets, type RunItemFacet, sumRunItems } from "./run-item-list.store";

const REPOSITORIES_MAX = 200;

/** Totals of the images of a run that a filter finds (bytes), and how many there are of each value they can be filtered by. @throws AppError not_found */
export async function summarizeRunItems(
  scope: WorkspaceScope,
  input: RunItemFilterDto & { runId: string },
): Promise<RunItemSummaryDto> {
  const { runId, ...filter } = input;
  const run = await findRun(scope.workspaceId, runId);
  if (!run) throw notFound();
  const [totals, counted] = await Promise.all([sumRunItems(run, filter), countRunItemFacets(run.id, REPOSITORIES_MAX)]);
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
      ...{ rules: facet("rules"), kinds: facet("kinds"), repositories: facet("repositories") },
    },
  };
}
