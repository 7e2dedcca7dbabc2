import type { PlatformGcRegistryDto } from "@/contracts/gc-settings";
import { recordAudit } from "@/server/history/record-audit";
import { requirePlatformActor } from "@/server/lifecycle/require-platform-actor";
import { notFound } from "@/server/platform/app-error";
import type { Actor } from "@/server/platform/auth/actor";
import { prisma } from "@/server/platform/db/prisma";
import { findAttachedRegistry, writeEnablement } from "./gc-settings.store";
import { listGcRegistries } from "./list-gc-registries";

/**
 * Switches collections of a registry on, once, or off again; either answers what was asked for. One that runs goes on.
 * @throws AppError forbidden, not_found
 */
export async function setGcEnablement(
  actor: Actor,
  input: { registryId: string; isEnabled: boolean },
): Promise<PlatformGcRegistryDto> {
  requirePlatformActor(actor, "enable garbage collection");
  const registry = await findAttachedRegistry(input.registryId);
  if (!registry) throw notFound();
  await prisma().$transaction(async (tx) => {
    const isNew = await writeEnablement(
      tx,
      registry.id,
      input.isEnabled ? { at: new Date(), byName: actor.name } : null,
    );
    if (!isNew) return;
    await recordAudit(tx, {
      ...{ workspaceId: registry.workspaceId, actor, action: input.isEnabled ? "gc.enable" : "gc.disable" },
      ...{ resourceType: "registry", resourceId: registry.id, data: { name: registry.name } },
    });
  });
  const saved = (await listGcRegistries(actor)).items.find((item) => item.registryId === registry.id);
  if (!saved) throw notFound();
  return saved;
}
