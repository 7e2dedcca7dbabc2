import type { GcStatusDto } from "@/contracts/gc";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { requireSpace } from "@/server/spaces/require-space";
import { gcStatus } from "./gc-status";

/** What is unused in a space's registry, and the collection that runs or ran last. @throws AppError not_found */
export async function getGcStatus(scope: WorkspaceScope, input: { spaceId: string }): Promise<GcStatusDto> {
  const { id, registry } = await requireSpace(scope, input.spaceId);
  return gcStatus(scope, registry, id);
}
