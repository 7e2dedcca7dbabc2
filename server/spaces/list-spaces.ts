import type { SpaceDto } from "@/contracts/spaces";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { listSpaceRows } from "./space.store";
import { spaceDtos } from "./space-dto";

/** Registry spaces of a workspace, with their numbers; of one registry when it is given. */
export async function listSpaces(
  scope: WorkspaceScope,
  input: { registryId?: string | undefined },
): Promise<{ items: SpaceDto[] }> {
  return { items: await spaceDtos(scope, await listSpaceRows(scope.workspaceId, input.registryId)) };
}
