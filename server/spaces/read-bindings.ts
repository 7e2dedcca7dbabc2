import type { BindingDto } from "@/contracts/bindings";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { listBindingRows } from "./binding.store";

/** Bindings of a space of this workspace. */
export async function readBindings(scope: WorkspaceScope, spaceId: string): Promise<BindingDto[]> {
  const rows = await listBindingRows(scope.workspaceId, spaceId);
  return rows.map(({ since, ...row }) => ({ ...row, since: since.toISOString() }));
}
