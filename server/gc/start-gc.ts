import type { z } from "zod";
import type { startGcBodySchema } from "@/contracts/gc";
import type { RunDto } from "@/contracts/history";
import { createRun } from "@/server/history/create-run";
import { runDto } from "@/server/history/run-dto";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { requireSpace } from "@/server/spaces/require-space";
import { requireCollectable } from "./require-collectable";

/**
 * Starts a garbage collection of the registry that a space is on.
 * @throws AppError not_found; unprocessable with the reason where this registry cannot be collected, or not in this mode; conflict
 * while another collection of it runs
 */
export async function startGc(
  scope: WorkspaceScope,
  input: { spaceId: string } & z.input<typeof startGcBodySchema>,
): Promise<RunDto> {
  const space = await requireSpace(scope, input.spaceId);
  const { deleteUntagged, sweepBlobs = true, timeBoxMinutes = null, mode = "read_only", isDryRun = false } = input;
  requireCollectable(space.registry, mode);
  const run = await createRun(scope, {
    kind: "gc",
    spaceId: space.id,
    registryId: space.registryId,
    isDryRun,
    options: { deleteUntagged, sweepBlobs, timeBoxMinutes, mode },
  });
  return runDto(run);
}
