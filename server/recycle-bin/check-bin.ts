import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { requireSpace } from "@/server/spaces/require-space";
import { requestChecks } from "./bin-check.store";

/** Has every entry of a space's bin read back soon, by the worker. Answers how many. @throws AppError not_found */
export async function checkBin(scope: WorkspaceScope, input: { spaceId: string }): Promise<{ pending: number }> {
  const space = await requireSpace(scope, input.spaceId);
  return { pending: await requestChecks(space) };
}
