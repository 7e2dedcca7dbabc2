import type { RegistryDto } from "@/contracts/registries";
import { notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { tellVersion } from "@/server/platform/http/etag";
import { findRegistry } from "./find-registry";
import { registryDtos } from "./registry-dto";
import { registryVersion } from "./registry-version";

/** A registry that this workspace may use, and which version of its settings that is. @throws AppError not_found */
export async function getRegistry(scope: WorkspaceScope, input: { registryId: string }): Promise<RegistryDto> {
  const registry = await findRegistry(scope, input.registryId);
  const [dto] = registry ? await registryDtos(scope, [registry]) : [];
  if (!dto || !registry) throw notFound();
  tellVersion(registryVersion(registry));
  return dto;
}
