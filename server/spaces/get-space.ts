import type { SpaceDto } from "@/contracts/spaces";
import { notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { requireSpace } from "./require-space";
import { spaceDtos } from "./space-dto";

/** @throws AppError not_found */
export async function getSpace(scope: WorkspaceScope, input: { spaceId: string }): Promise<SpaceDto> {
  const [space] = await spaceDtos(scope, [await requireSpace(scope, input.spaceId)]);
  if (!space) throw notFound();
  return space;
}
