import type { GcStatusDto } from "@/contracts/gc";
import type { RunNumbers } from "@/contracts/history";
import { runDto } from "@/server/history/run-dto";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { measureBins } from "@/server/recycle-bin/measure-bins";
import type { RegistryRecord } from "@/server/registries/registry.store";
import { registryCapabilities } from "@/server/registries/registry-capabilities";
import { estimateCollection } from "./estimate-collection";
import { findActiveGc } from "./gc.store";
import { gcEnablement } from "./gc-enablement";
import { gcModes } from "./gc-modes";
import { findLastSavings, isSharedRegistry, listOwnSpaces } from "./gc-overview.store";

/** The state of a registry's collections as one workspace sees it; `spaceId`: looked at from one of its spaces there. */
export async function gcStatus(
  scope: WorkspaceScope,
  registry: RegistryRecord,
  spaceId: string | null,
): Promise<GcStatusDto> {
  const { workspaceId } = scope;
  const [active, last, spaces, isShared, enablement, estimate] = await Promise.all([
    findActiveGc(registry.id),
    findLastSavings(workspaceId, registry.id),
    listOwnSpaces(workspaceId, registry.id),
    isSharedRegistry(workspaceId, registry.id),
    gcEnablement(scope, registry),
    estimateCollection(registry.id),
  ]);
  const bins = await measureBins(scope, spaceId === null ? spaces.map(({ id }) => id) : [spaceId]);
  const isOurs = active?.workspaceId === workspaceId;
  return {
    capability: registryCapabilities(registry).garbageCollection,
    modes: gcModes(registry),
    enablement,
    registryId: registry.id,
    registryName: registry.name,
    startSpaceId: spaceId ?? spaces[0]?.id ?? null,
    spaces,
    isShared,
    isBucket: registry.storageS3 !== null,
    unused: unusedOf(registry),
    binBytes: [...bins.values()].reduce((sum, bytes) => sum + bytes, 0),
    activeRun: active && isOurs ? runDto(active) : null,
    isBusyElsewhere: active !== null && !isOurs,
    lastSavings: last?.finishedAt
      ? {
          runId: last.id,
          freedBytes: (last.totals as RunNumbers).freedBytes ?? 0,
          finishedAt: last.finishedAt.toISOString(),
        }
      : null,
    estimate,
  };
}

function unusedOf(registry: RegistryRecord): GcStatusDto["unused"] {
  if (registry.unusedMeasuredAt === null) return null;
  const bytes = Number(registry.unusedBytes ?? 0n);
  const blobBytes = registry.unusedBlobBytes === null ? null : Number(registry.unusedBlobBytes);
  return {
    blobCount: registry.unusedBlobCount ?? 0,
    blobBytes,
    untaggedManifestCount: registry.unusedManifestCount ?? 0,
    untaggedBytes: blobBytes === null ? null : Math.max(0, bytes - blobBytes),
    bytes,
    measuredAt: registry.unusedMeasuredAt.toISOString(),
  };
}
