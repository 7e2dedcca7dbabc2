import type { SpaceDto } from "@/contracts/spaces";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { measureBins } from "@/server/recycle-bin/measure-bins";
import { countSpaces, type SpaceNumbers, type SpaceRecord } from "./space.store";

/**
 * Spaces as the API shows them; their numbers are read in two statements an owner. Of a space of somebody else only what can be browsed
 * is counted: rules, bin and runs are its owner's.
 */
export async function spaceDtos(scope: WorkspaceScope, spaces: readonly SpaceRecord[]): Promise<SpaceDto[]> {
  const isOwn = (space: SpaceRecord) => space.workspaceId === scope.workspaceId;
  const ownIds = spaces.filter(isOwn).map((space) => space.id);
  const [numbers, binBytes] = await Promise.all([countByOwner(spaces), measureBins(scope, ownIds)]);
  return spaces.flatMap((space) => {
    const counted = numbers.get(space.id);
    if (!counted) return [];
    const { spaceId: _, ruleCount, binEntryCount, activeRunCount, ...counts } = counted;
    const isOwner = isOwn(space);
    return {
      id: space.id,
      name: space.name,
      prefix: space.prefix,
      registryId: space.registryId,
      registryName: space.registry.name,
      registryUrl: space.registry.url,
      registryAuth: space.registry.auth,
      access: isOwner ? ("owner" as const) : ("reader" as const),
      ownerName: isOwner ? null : space.workspace.name,
      isPublic: space.isPublic,
      boundTo: isOwner ? space.bindings.map(({ workspace }) => workspace.name) : [],
      binRetentionDays: space.binRetentionDays,
      confirmSharePercent: space.confirmSharePercent,
      inventoryRevision: Number(space.inventoryRevision),
      ignoredPullers: isOwner ? space.ignoredPullers : [],
      createdAt: space.createdAt.toISOString(),
      ...counts,
      ruleCount: isOwner ? ruleCount : 0,
      binEntryCount: isOwner ? binEntryCount : 0,
      activeRunCount: isOwner ? activeRunCount : 0,
      binBytes: binBytes.get(space.id) ?? 0,
    };
  });
}

async function countByOwner(spaces: readonly SpaceRecord[]): Promise<Map<string, SpaceNumbers>> {
  const owners = new Map<string, string[]>();
  for (const { id, workspaceId } of spaces) owners.set(workspaceId, [...(owners.get(workspaceId) ?? []), id]);
  const counted = await Promise.all([...owners].map(([workspaceId, ids]) => countSpaces(workspaceId, ids)));
  return new Map(counted.flatMap((numbers) => [...numbers]));
}
