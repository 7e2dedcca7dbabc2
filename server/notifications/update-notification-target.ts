import type { z } from "zod";
import type { NotificationTargetDto, updateNotificationTargetBodySchema } from "@/contracts/webhooks";
import { recordAudit } from "@/server/access/record-audit";
import { AppError, notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { encryptSecret } from "@/server/platform/crypto/secret-box";
import { isUniqueViolation, prisma } from "@/server/platform/db/prisma";
import { nameTaken } from "./create-notification-target";
import { requireMail, requireTargetUrl } from "./require-target-address";
import { findTarget, updateTarget } from "./target.store";
import { shortAddress, targetDto } from "./target-dto";

/**
 * Changes a target; what is left out stays. What waits for one that is switched off is not sent any more.
 * @throws AppError not_found; bad_request (an address for a target of another kind); unprocessable; conflict (another revision; the name is taken)
 */
export async function updateNotificationTarget(
  scope: WorkspaceScope,
  input: { targetId: string } & z.output<typeof updateNotificationTargetBodySchema>,
): Promise<NotificationTargetDto> {
  const { workspaceId, actor } = scope;
  const { targetId, revision, name, url, recipients, events, isEnabled } = input;
  const before = await findTarget(workspaceId, targetId);
  if (!before) throw notFound();
  const isMail = before.kind === "email";
  if (isMail ? url !== undefined : recipients !== undefined)
    throw new AppError(
      "bad_request",
      isMail ? "E-mail goes to recipients, not to a url." : "Only e-mail has recipients.",
    );
  if (isMail && isEnabled === true) requireMail();
  const href = url === undefined ? undefined : requireTargetUrl(url).href;
  const change = {
    ...(name === undefined ? {} : { name }),
    ...(href === undefined ? {} : { address: shortAddress(href), addressEncrypted: encryptSecret(href) }),
    ...(recipients === undefined ? {} : { recipients: [...new Set(recipients)] }),
    ...(events === undefined ? {} : { events }),
    ...(isEnabled === undefined ? {} : { isEnabled }),
  };
  const { addressEncrypted: _, ...shown } = { addressEncrypted: "", ...change };
  try {
    await prisma().$transaction(async (tx) => {
      if (!(await updateTarget(tx, { workspaceId, id: targetId, revision }, change)))
        throw new AppError("conflict", "Somebody else changed this target meanwhile. Look at it again, then save.");
      await recordAudit(tx, {
        ...{ actor, workspaceId, action: "notification-target.changed" },
        target: { kind: "notification-target", id: targetId, name: name ?? before.name },
        before: Object.fromEntries(Object.keys(shown).map((key) => [key, before[key as keyof typeof before]])),
        after: shown,
      });
    });
  } catch (error) {
    throw isUniqueViolation(error) ? nameTaken(name ?? before.name) : error;
  }
  const after = await findTarget(workspaceId, targetId);
  if (!after) throw notFound();
  return targetDto(after);
}
