import type { GcMode } from "@/domain/gc/gc-mode";
import { AppError } from "@/server/platform/app-error";
import { collectionModes } from "@/server/registries/collection-modes";
import type { RegistryRecord } from "@/server/registries/registry.store";
import { registryCapabilities } from "@/server/registries/registry-capabilities";

/** @throws AppError unprocessable with the reason where a registry cannot be collected at all, or not in this mode */
export function requireCollectable(registry: RegistryRecord, mode: GcMode): void {
  for (const { isAvailable, reason } of [
    registryCapabilities(registry).garbageCollection,
    collectionModes(registry)[mode],
  ])
    if (!isAvailable) throw new AppError("unprocessable", reason ?? "This registry cannot be collected from here.");
}
