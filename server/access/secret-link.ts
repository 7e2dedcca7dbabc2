import { createHash, randomBytes } from "node:crypto";
import { env } from "@/server/platform/env";

export const INVITATION_DAYS = 7;
export const PASSWORD_LINK_HOURS = 48;

/** The secret of a link: 256 random bits, of which only the hash is kept. */
export function newLinkToken(): { token: string; tokenHash: string } {
  const token = randomBytes(32).toString("base64url");
  return { token, tokenHash: hashLinkToken(token) };
}

export function hashLinkToken(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

export function invitationLink(token: string): string {
  return `${env().RECLAIM_URL}/invitation/${token}`;
}

export function passwordLink(token: string): string {
  return `${env().RECLAIM_URL}/password/${token}`;
}
