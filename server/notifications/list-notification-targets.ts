import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { canSendMail } from "@/server/platform/mail/send-mail";
import { listTargets } from "./target.store";
import { targetDto } from "./target-dto";

/** At most so many targets in a workspace. */
export const TARGETS_MAX = 20;

/** Where a workspace is told of what happens, by name. */
export async function listNotificationTargets(scope: WorkspaceScope) {
  const targets = await listTargets(scope.workspaceId);
  return { items: targets.map(targetDto), canSendMail: canSendMail(), itemsMax: TARGETS_MAX };
}
