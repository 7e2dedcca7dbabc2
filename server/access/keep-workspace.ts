import { notFound } from "@/server/platform/app-error";
import type { Transaction } from "@/server/platform/db/prisma";
import { isWorkspaceKept } from "./member.store";

/**
 * Keeps a workspace from being deleted to the end of the transaction, so that nothing is made in one that goes at this moment. Any number
 * may keep it at once. @throws AppError not_found where it was deleted
 */
export async function keepWorkspace(tx: Transaction, workspaceId: string): Promise<void> {
  if (!(await isWorkspaceKept(tx, workspaceId))) throw notFound();
}
