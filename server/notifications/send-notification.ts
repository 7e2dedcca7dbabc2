import {
  mailText,
  type NotificationFacts,
  slackMessage,
  webhookPayload,
} from "@/domain/notifications/notification-text";
import { decryptSecret } from "@/server/platform/crypto/secret-box";
import { env } from "@/server/platform/env";
import { sendMail } from "@/server/platform/mail/send-mail";
import { postJson } from "./post-json";
import { webhookHeaders } from "./sign-webhook";
import type { TargetRecord } from "./target.store";

/** What came of one attempt: `error` null = it worked. */
export interface Sent {
  status: number | null;
  error: string | null;
}

/** Sends an event to a target, once. Never throws: what went wrong is the answer. */
export async function sendNotification(target: TargetRecord, facts: NotificationFacts): Promise<Sent> {
  try {
    if (target.kind === "email") {
      await sendMail({ to: target.recipients, ...mailText(facts) });
      return { status: null, error: null };
    }
    const status = await post(target, facts);
    if (status >= 200 && status < 300) return { status, error: null };
    const isRedirect = status >= 300 && status < 400;
    return { status, error: `it answered ${status}${isRedirect ? ", and redirects are not followed" : ""}` };
  } catch (error) {
    return { status: null, error: error instanceof Error ? error.message.slice(0, 300) : String(error) };
  }
}

async function post(target: TargetRecord, facts: NotificationFacts): Promise<number> {
  const url = new URL(decryptSecret(target.addressEncrypted ?? ""));
  const policy = { allowsPrivate: env().RECLAIM_ALLOW_PRIVATE_WEBHOOKS };
  if (target.kind === "slack") return postJson(url, JSON.stringify(slackMessage(facts)), {}, policy);
  const body = JSON.stringify(webhookPayload(facts));
  const now = new Date();
  const { signingSecretEncrypted, previousSecretEncrypted: before, previousSecretUntil: until } = target;
  const isBeforeValid = before !== null && until !== null && until > now;
  const sealed = [signingSecretEncrypted ?? "", ...(isBeforeValid ? [before] : [])];
  return postJson(url, body, webhookHeaders(facts.id, now, body, sealed.map(decryptSecret)), policy);
}
