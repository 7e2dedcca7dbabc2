import type { GcScheduleStateDto } from "@/contracts/gc-settings";
import { notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { findRegistry } from "@/server/registries/find-registry";
import { gcScheduleState } from "./gc-schedule-state";

/** When this workspace has a registry collected by itself. @throws AppError not_found */
export async function getGcSchedule(scope: WorkspaceScope, input: { registryId: string }): Promise<GcScheduleStateDto> {
  const registry = await findRegistry(scope, input.registryId);
  if (!registry) throw notFound();
  return gcScheduleState({ workspaceId: scope.workspaceId, registryId: registry.id });
}
