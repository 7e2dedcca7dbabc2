import type { RunDto } from "@/contracts/history";
import { createRun } from "@/server/history/create-run";
import { runDto } from "@/server/history/run-dto";
import { AppError } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { registryCapabilities } from "@/server/registries/registry-capabilities";
import { requireSpace } from "@/server/spaces/require-space";

/**
 * Starts a garbage collection of the registry that a space is on.
 * @throws AppError not_found; unprocessable with the reason where this registry cannot be collected; conflict while another
 * collection of it runs
 */
export async function startGc(
  scope: WorkspaceScope,
  input: { spaceId: string; deleteUntagged: boolean; isDryRun: boolean; timeBoxMinutes: number | null },
): Promise<RunDto> {
  const space = await requireSpace(scope, input.spaceId);
  const { garbageCollection } = registryCapabilities(space.registry);
  if (!garbageCollection.isAvailable) {
    throw new AppError("unprocessable", garbageCollection.reason ?? "This registry cannot be collected from here.");
  }
  const run = await createRun(scope, {
    kind: "gc",
    spaceId: space.id,
    registryId: space.registryId,
    isDryRun: input.isDryRun,
    options: { deleteUntagged: input.deleteUntagged, timeBoxMinutes: input.timeBoxMinutes },
  });
  return runDto(run);
}
