import type { RunDto } from "@/contracts/history";
import { runDto } from "@/server/history/run-dto";
import { notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { findRegistry } from "@/server/registries/find-registry";
import { findActiveGc } from "./gc.store";

/** This workspace's collection of a registry that runs now. @throws AppError not_found where none does, too */
export async function getActiveGc(scope: WorkspaceScope, input: { registryId: string }): Promise<RunDto> {
  const registry = await findRegistry(scope, input.registryId);
  const active = registry && (await findActiveGc(registry.id));
  if (active?.workspaceId !== scope.workspaceId) throw notFound();
  return runDto(active);
}
