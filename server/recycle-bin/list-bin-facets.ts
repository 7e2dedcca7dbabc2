import type { OutputOf } from "@/contracts/operation";
import type { listBinFacets as listBinFacetsOperation } from "@/contracts/recycle-bin";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { requireSpace } from "@/server/spaces/require-space";
import { type FacetRow, listFacetRows } from "./bin-summary.store";

const VALUES_MAX = 100;

/** What the bin of a space (or all of a workspace's) can be narrowed to. @throws AppError not_found */
export async function listBinFacets(
  scope: WorkspaceScope,
  input: { spaceId?: string | undefined },
): Promise<OutputOf<typeof listBinFacetsOperation>> {
  if (input.spaceId !== undefined) await requireSpace(scope, input.spaceId);
  const rows = await listFacetRows({ workspaceId: scope.workspaceId, spaceId: input.spaceId }, VALUES_MAX);
  const of = (facet: FacetRow["facet"]) =>
    rows.filter((row) => row.facet === facet).map(({ value, label, entryCount }) => ({ value, label, entryCount }));
  return {
    spaces: of("space"),
    rules: of("rule"),
    actors: of("actor"),
    repositories: of("repository"),
    kinds: of("kind"),
  };
}
