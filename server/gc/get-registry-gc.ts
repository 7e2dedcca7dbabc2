import type { GcStatusDto } from "@/contracts/gc";
import { notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { findRegistry } from "@/server/registries/find-registry";
import { gcStatus } from "./gc-status";

/** What is unused in a registry, and this workspace's collection of it that runs or ran last. @throws AppError not_found */
export async function getRegistryGc(scope: WorkspaceScope, input: { registryId: string }): Promise<GcStatusDto> {
  const registry = await findRegistry(scope, input.registryId);
  if (!registry) throw notFound();
  return gcStatus(scope, registry, null);
}
