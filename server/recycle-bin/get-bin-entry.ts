import type { OutputOf } from "@/contracts/operation";
import type { getBinEntry as getBinEntryOperation } from "@/contracts/recycle-bin";
import { notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { binEntryDtos } from "./bin-entry-dto";
import { findEntryRow, listEntryManifests } from "./bin-list.store";

type BinEntryWithManifests = OutputOf<typeof getBinEntryOperation>;

/** One entry with every manifest it holds, in the order of PUT; ended ones too. @throws AppError not_found */
export async function getBinEntry(
  scope: WorkspaceScope,
  input: { spaceId: string; entryId: string },
): Promise<BinEntryWithManifests> {
  const row = await findEntryRow(scope.workspaceId, input.spaceId, input.entryId);
  if (!row) throw notFound();
  const [[entry], manifests] = await Promise.all([
    binEntryDtos([row]),
    listEntryManifests(scope.workspaceId, input.entryId),
  ]);
  if (!entry) throw notFound();
  return {
    ...entry,
    endedAt: row.endedAt?.toISOString() ?? null,
    manifests: manifests.map((manifest) => ({
      ...manifest,
      role: manifest.role as BinEntryWithManifests["manifests"][number]["role"],
      pushedAt: manifest.pushedAt?.toISOString() ?? null,
    })),
  };
}
