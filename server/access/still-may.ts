import { roleCan } from "@/domain/access/permissions";
import { notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import type { Transaction } from "@/server/platform/db/prisma";
import { findMemberRow } from "./member.store";

/**
 * Looks once more, under the workspace's lock, whether who acts may still change its members: somebody may have removed them a moment ago.
 * @throws AppError not_found
 */
export async function stillMay(tx: Transaction, scope: WorkspaceScope): Promise<void> {
  if (scope.actor.kind !== "user") return;
  const own = await findMemberRow(tx, scope.workspaceId, scope.actor.userId);
  if (!own || !roleCan(own.role, "members.write")) throw notFound();
}
