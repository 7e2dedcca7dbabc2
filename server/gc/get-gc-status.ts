import type { GcStatusDto } from "@/contracts/gc";
import type { RunNumbers } from "@/contracts/history";
import { runDto } from "@/server/history/run-dto";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { measureBins } from "@/server/recycle-bin/measure-bins";
import { registryCapabilities } from "@/server/registries/registry-capabilities";
import { requireSpace } from "@/server/spaces/require-space";
import { findActiveGc, findLastGc } from "./gc.store";

/** What is unused in a space's registry, and the collection that runs or ran last. @throws AppError not_found */
export async function getGcStatus(scope: WorkspaceScope, input: { spaceId: string }): Promise<GcStatusDto> {
  const { id: spaceId, registry } = await requireSpace(scope, input.spaceId);
  const [active, last, bins] = await Promise.all([
    findActiveGc(registry.id),
    findLastGc(scope.workspaceId, spaceId),
    measureBins(scope, [spaceId]),
  ]);
  const { unusedMeasuredAt: measuredAt, unusedBlobCount, unusedBytes, unusedManifestCount } = registry;
  const isOurs = active?.workspaceId === scope.workspaceId;
  return {
    capability: registryCapabilities(registry).garbageCollection,
    registryId: registry.id,
    registryName: registry.name,
    unused:
      measuredAt === null
        ? null
        : {
            blobCount: unusedBlobCount ?? 0,
            bytes: Number(unusedBytes ?? 0n),
            untaggedManifestCount: unusedManifestCount ?? 0,
            measuredAt: measuredAt.toISOString(),
          },
    binBytes: bins.get(spaceId) ?? 0,
    activeRun: active && isOurs ? runDto(active) : null,
    isBusyElsewhere: active !== null && !isOurs,
    lastSavings:
      last?.finishedAt == null
        ? null
        : {
            runId: last.id,
            freedBytes: (last.totals as RunNumbers).freedBytes ?? 0,
            finishedAt: last.finishedAt.toISOString(),
          },
  };
}
