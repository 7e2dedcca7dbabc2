import type { SpaceDto } from "@/contracts/spaces";
import { notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { tellVersion } from "@/server/platform/http/etag";
import { findReadableSpace } from "./space.store";
import { spaceDtos } from "./space-dto";
import { spaceVersion } from "./space-version";

/** A space of this workspace, or one of another that it may read. @throws AppError not_found */
export async function getSpace(scope: WorkspaceScope, input: { spaceId: string }): Promise<SpaceDto> {
  const found = await findReadableSpace(scope.workspaceId, input.spaceId);
  const [space] = found ? await spaceDtos(scope, [found]) : [];
  if (!space) throw notFound();
  tellVersion(spaceVersion(space));
  return space;
}
