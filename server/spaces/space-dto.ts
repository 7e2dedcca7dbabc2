import type { SpaceDto } from "@/contracts/spaces";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { measureBins } from "@/server/recycle-bin/measure-bins";
import { countSpaces, type SpaceRecord } from "./space.store";

/** Spaces as the API shows them; their numbers are read in two statements for all. */
export async function spaceDtos(scope: WorkspaceScope, spaces: readonly SpaceRecord[]): Promise<SpaceDto[]> {
  const ids = spaces.map((space) => space.id);
  const [numbers, binBytes] = await Promise.all([countSpaces(scope.workspaceId, ids), measureBins(scope, ids)]);
  return spaces.flatMap((space) => {
    const counted = numbers.get(space.id);
    if (!counted) return [];
    const { spaceId: _, ...counts } = counted;
    return {
      id: space.id,
      name: space.name,
      prefix: space.prefix,
      registryId: space.registryId,
      registryName: space.registry.name,
      registryUrl: space.registry.url,
      binRetentionDays: space.binRetentionDays,
      createdAt: space.createdAt.toISOString(),
      ...counts,
      binBytes: binBytes.get(space.id) ?? 0,
    };
  });
}
