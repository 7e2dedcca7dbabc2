import type { RegistryDto } from "@/contracts/registries";
import type { GcMode } from "@/domain/gc/gc-mode";
import { env } from "@/server/platform/env";
import type { RegistryRecord } from "./registry.store";

type Capability = RegistryDto["capabilities"]["garbageCollection"];
const YES = { isAvailable: true, reason: null };
const no = (reason: string) => ({ isAvailable: false, reason });

/**
 * How a registry whose storage can be reached may be collected, enabled or not: in read-only mode somebody has to keep writers out; online
 * nobody has to.
 */
export function collectionModes(registry: Pick<RegistryRecord, "auth" | "url">): Record<GcMode, Capability> {
  return { read_only: readOnly(registry), online: YES };
}

function readOnly(registry: Pick<RegistryRecord, "auth" | "url">): Capability {
  if (registry.auth !== "console") {
    return no(
      "Garbage collection has to keep writers out, and this registry does not take its tokens from this console (REGISTRY_AUTH=console).",
    );
  }
  const { REGISTRY_URL: installedUrl } = env();
  if (installedUrl === undefined || installedUrl === registry.url) return YES;
  return no(
    `Garbage collection has to keep writers out, and this console hands out the tokens of another registry now (REGISTRY_URL=${installedUrl}).`,
  );
}
