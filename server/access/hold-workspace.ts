import { notFound } from "@/server/platform/app-error";
import type { Transaction } from "@/server/platform/db/prisma";
import { lockWorkspace } from "./member.store";

/** Holds a workspace to the end of the transaction, so that nobody joins or leaves it meanwhile. @throws AppError not_found */
export async function holdWorkspace(
  tx: Transaction,
  workspaceId: string,
): Promise<{ id: string; slug: string; name: string }> {
  const workspace = await lockWorkspace(tx, workspaceId);
  if (!workspace) throw notFound();
  return workspace;
}
