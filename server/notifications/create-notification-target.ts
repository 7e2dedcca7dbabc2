import type { z } from "zod";
import type { createNotificationTargetBodySchema, NotificationTargetDto } from "@/contracts/webhooks";
import { recordAudit } from "@/server/access/record-audit";
import { AppError } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { encryptSecret } from "@/server/platform/crypto/secret-box";
import { isUniqueViolation, prisma } from "@/server/platform/db/prisma";
import { newId } from "@/server/platform/new-id";
import { TARGETS_MAX } from "./list-notification-targets";
import { requireMail, requireTargetUrl } from "./require-target-address";
import { newSigningSecret } from "./sign-webhook";
import { countTargets, insertTarget } from "./target.store";
import { shortAddress, targetDto } from "./target-dto";

type Input = z.output<typeof createNotificationTargetBodySchema>;

/**
 * Adds a target. The signing secret of a webhook is answered this once.
 * @throws AppError unprocessable (an address that is never called; no mail server); conflict (the name is taken; there are too many)
 */
export async function createNotificationTarget(
  scope: WorkspaceScope,
  input: Input,
): Promise<{ target: NotificationTargetDto; signingSecret: string | null }> {
  const { workspaceId, actor } = scope;
  if (input.kind === "email") requireMail();
  const url = input.kind === "email" ? null : requireTargetUrl(input.url).href;
  const signingSecret = input.kind === "webhook" ? newSigningSecret() : null;
  const { name, kind, events, isEnabled } = input;
  const target = {
    ...{ id: newId("target"), workspaceId, name, kind, events, isEnabled, createdByName: actor.name },
    address: url === null ? null : shortAddress(url),
    addressEncrypted: url === null ? null : encryptSecret(url),
    recipients: input.kind === "email" ? [...new Set(input.recipients)] : [],
    signingSecretEncrypted: signingSecret === null ? null : encryptSecret(signingSecret),
  };
  try {
    const row = await prisma().$transaction(async (tx) => {
      if ((await countTargets(tx, workspaceId)) >= TARGETS_MAX)
        throw new AppError("conflict", `A workspace has at most ${TARGETS_MAX} targets. Remove one first.`);
      const inserted = await insertTarget(tx, target);
      await recordAudit(tx, {
        ...{ actor, workspaceId, action: "notification-target.created" },
        target: { kind: "notification-target", id: target.id, name },
        after: { kind, address: target.address, recipients: target.recipients, events, isEnabled },
      });
      return inserted;
    });
    return { target: targetDto({ ...row, lastDeliveredAt: null, lastError: null }), signingSecret };
  } catch (error) {
    throw isUniqueViolation(error) ? nameTaken(name) : error;
  }
}

export function nameTaken(name: string): AppError {
  return new AppError("conflict", `There is a target called “${name}” already. Choose another name.`);
}
