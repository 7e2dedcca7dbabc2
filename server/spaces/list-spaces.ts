import type { SpaceDto } from "@/contracts/spaces";
import { reachesSpace, type WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { listReadableSpaceRows } from "./space.store";
import { spaceDtos } from "./space-dto";

/** Registry spaces of a workspace, and those of others that it may read, with their numbers; of one registry when it is given. */
export async function listSpaces(
  scope: WorkspaceScope,
  input: { registryId?: string | undefined },
): Promise<{ items: SpaceDto[] }> {
  const rows = await listReadableSpaceRows(scope.workspaceId, input.registryId);
  const reached = rows.filter(({ id }) => reachesSpace(scope, id));
  return { items: await spaceDtos(scope, reached) };
}
