import { AppError } from "@/server/platform/app-error";
import type { Transaction } from "@/server/platform/db/prisma";
import { countOtherAdmins } from "./member.store";

/** @throws AppError conflict where a workspace, which the caller has locked, would be left without an admin who can sign in */
export async function keepAnAdmin(
  tx: Transaction,
  workspaceId: string,
  leaving: { id: string; name: string },
): Promise<void> {
  if ((await countOtherAdmins(tx, workspaceId, leaving.id)) > 0) return;
  throw new AppError(
    "conflict",
    `${leaving.name} is the last admin of this workspace. Make somebody else an admin first.`,
  );
}
