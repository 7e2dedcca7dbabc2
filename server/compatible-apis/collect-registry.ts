import type { RunDto } from "@/contracts/history";
import { startGc } from "@/server/gc/start-gc";
import { notFound } from "@/server/platform/app-error";
import { requireAllSpaces } from "@/server/platform/auth/require-reach";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { collectionModes } from "@/server/registries/collection-modes";
import { findRegistry } from "@/server/registries/find-registry";
import type { Place } from "./compatible-apis.store";

/**
 * Starts a collection as these systems know it: read-only meanwhile, or online where nobody can be kept out from here.
 * @throws AppError not_found; forbidden to a token of some spaces; unprocessable with the reason where it cannot be collected; conflict while another runs
 */
export async function collectRegistry(
  scope: WorkspaceScope,
  place: Place,
  choice: { deleteUntagged: boolean; sweepBlobs: boolean },
): Promise<RunDto> {
  requireAllSpaces(scope);
  return startGc(scope, { spaceId: place.spaceId, ...choice, mode: await modeOf(scope, place) });
}

/** The mode that a registry is collected in where nobody says one. @throws AppError not_found */
export async function modeOf(scope: WorkspaceScope, place: Place): Promise<"read_only" | "online"> {
  const registry = await findRegistry(scope, place.registryId);
  if (!registry) throw notFound();
  return collectionModes(registry).read_only.isAvailable ? "read_only" : "online";
}
