import type { AddressPolicy } from "@/domain/registries/address-policy";
import { addressProblem } from "@/domain/registries/address-policy";
import { parseIpAddress } from "@/lib/ip-address";
import { AppError } from "@/server/platform/app-error";
import { env } from "@/server/platform/env";
import { canSendMail } from "@/server/platform/mail/send-mail";

/** @throws AppError unprocessable for an address that is never called; names are looked at when they are connected to */
export function requireTargetUrl(text: string): URL {
  const url = new URL(text);
  const policy: AddressPolicy = { allowsPrivate: env().RECLAIM_ALLOW_PRIVATE_WEBHOOKS };
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (parseIpAddress(host) !== null && addressProblem(host, policy) !== null)
    throw new AppError(
      "unprocessable",
      "Notifications are not sent to this address: it is in a private or reserved network.",
    );
  return url;
}

/** @throws AppError unprocessable where the platform has no mail server */
export function requireMail(): void {
  if (canSendMail()) return;
  throw new AppError("unprocessable", "This console has no mail server yet: its operator sets SMTP_URL.");
}
