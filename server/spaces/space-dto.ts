import type { SpaceDto } from "@/contracts/spaces";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { countSpaces, type SpaceRecord } from "./space.store";

/** Spaces as the API shows them; their numbers are read in one statement for all. */
export async function spaceDtos(scope: WorkspaceScope, spaces: readonly SpaceRecord[]): Promise<SpaceDto[]> {
  const numbers = await countSpaces(
    scope.workspaceId,
    spaces.map((space) => space.id),
  );
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
    };
  });
}
