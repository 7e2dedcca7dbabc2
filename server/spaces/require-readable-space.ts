import { notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { findReadableSpace } from "./space.store";

/** A space that a workspace may read. `workspaceId` is its owner's, under which all of its rows are kept. */
export interface ReadableSpace {
  readonly id: string;
  readonly workspaceId: string;
  readonly registryId: string;
  readonly prefix: string;
  readonly name: string;
  /** `reader`: bound to this workspace, or public; its images may be read, everything else is the owner's */
  readonly access: "owner" | "reader";
}

/**
 * The one way from a scope to a space of somebody else: for use cases that only read images. Whoever changes anything,
 * or reads rules, runs or the bin, calls `requireSpace`.
 * @throws AppError not_found for unknown, removed and foreign alike
 */
export async function requireReadableSpace(scope: WorkspaceScope, spaceId: string): Promise<ReadableSpace> {
  const space = await findReadableSpace(scope.workspaceId, spaceId);
  if (!space) throw notFound();
  const { id, workspaceId, registryId, prefix, name } = space;
  const access = workspaceId === scope.workspaceId ? "owner" : "reader";
  return { id, workspaceId, registryId, prefix, name, access };
}
