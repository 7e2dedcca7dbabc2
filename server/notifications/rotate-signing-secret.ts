import type { NotificationTargetDto } from "@/contracts/webhooks";
import { recordAudit } from "@/server/access/record-audit";
import { AppError, notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { encryptSecret } from "@/server/platform/crypto/secret-box";
import { prisma } from "@/server/platform/db/prisma";
import { newSigningSecret } from "./sign-webhook";
import { findTarget, updateTarget } from "./target.store";
import { targetDto } from "./target-dto";

const BOTH_SIGN_MS = 24 * 3_600_000;

/**
 * Gives a webhook a new signing secret, answered this once. For a day the old one signs too, so that the receiver can be changed in peace.
 * @throws AppError not_found; unprocessable for a target that is not signed; conflict where somebody changed it in this moment
 */
export async function rotateSigningSecret(
  scope: WorkspaceScope,
  input: { targetId: string },
): Promise<{ target: NotificationTargetDto; signingSecret: string }> {
  const { workspaceId, actor } = scope;
  const before = await findTarget(workspaceId, input.targetId);
  if (!before) throw notFound();
  const { id, name, revision, signingSecretEncrypted } = before;
  if (signingSecretEncrypted === null) throw new AppError("unprocessable", "Only webhooks are signed.");
  const signingSecret = newSigningSecret();
  await prisma().$transaction(async (tx) => {
    const change = {
      signingSecretEncrypted: encryptSecret(signingSecret),
      ...{ previousSecretEncrypted: signingSecretEncrypted, previousSecretUntil: new Date(Date.now() + BOTH_SIGN_MS) },
    };
    if (!(await updateTarget(tx, { workspaceId, id, revision }, change)))
      throw new AppError("conflict", "Somebody else changed this target meanwhile. Try again.");
    const target = { kind: "notification-target", id, name };
    await recordAudit(tx, { actor, workspaceId, action: "notification-target.secret-rotated", target });
  });
  const after = await findTarget(workspaceId, id);
  if (!after) throw notFound();
  return { target: targetDto(after), signingSecret };
}
