import type { WorkspaceStorageDto } from "@/contracts/storage";
import { reclaimableOf } from "@/domain/images/reclaimable";
import { groupBy } from "@/lib/group-by";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { measureBins } from "@/server/recycle-bin/measure-bins";
import { addSizes, spaceSizes, unreferencedOf } from "./space-sizes";
import { listSpaceSizes } from "./space-storage.store";

/** Sizes of a workspace's own spaces, added up a registry and all together. Nothing is measured for it: what is heavy is of the latest samples. */
export async function getWorkspaceStorage(scope: WorkspaceScope): Promise<WorkspaceStorageDto> {
  const rows = await listSpaceSizes(scope.workspaceId, null);
  const bins = await measureBins(
    scope,
    rows.map((row) => row.spaceId),
  );
  const spaces = rows.map((row) => ({ row, sizes: spaceSizes(row, bins.get(row.spaceId) ?? 0, {}) }));
  const registries = [...groupBy(spaces, ({ row }) => row.registryId)].flatMap(([registryId, group]) => {
    const row = group[0]?.row;
    if (!row) return [];
    const sum = addSizes(group.map(({ sizes }) => sizes));
    const unreferenced = unreferencedOf(row);
    return {
      ...{ registryId, name: row.registryName, spaceCount: group.length },
      ...{ isShared: row.isSharedWithOthers, unreferenced, ...sum, freedBytes: Number(row.freedBytes) },
      reclaimable: reclaimableOf({
        storedBytes: sum.storedBytes,
        untaggedBytes: sum.untagged.bytes,
        binBytes: sum.bin.bytes,
        unreferencedBytes: row.isSharedWithOthers ? null : (unreferenced?.bytes ?? null),
      }),
    };
  });
  const add = (read: (registry: (typeof registries)[number]) => number) =>
    registries.reduce((sum, registry) => sum + read(registry), 0);
  const heldBytes = add(({ reclaimable }) => reclaimable.heldBytes);
  const reclaimableBytes = add(({ reclaimable }) => reclaimable.reclaimableBytes);
  return {
    total: {
      ...addSizes(spaces.map(({ sizes }) => sizes)),
      freedBytes: add(({ freedBytes }) => freedBytes),
      reclaimable: { reclaimableBytes, heldBytes, share: heldBytes === 0 ? null : reclaimableBytes / heldBytes },
    },
    spaces: spaces.map(({ row, sizes }) => ({
      ...{ spaceId: row.spaceId, name: row.name, registryId: row.registryId },
      ...sizes,
    })),
    registries,
  };
}
