import { createHash, randomBytes } from "node:crypto";
import {
  API_TOKEN_RANDOM_BYTES,
  type ApiTokenKind,
  apiTokenHint,
  apiTokenKind,
  composeApiToken,
} from "@/domain/access/api-token";

/** A new token: what its owner is shown once, and what is kept of it. */
export function newApiToken(kind: ApiTokenKind): { secret: string; hash: Uint8Array<ArrayBuffer>; hint: string } {
  const secret = composeApiToken(kind, randomBytes(API_TOKEN_RANDOM_BYTES));
  return { secret, hash: sha256(secret), hint: apiTokenHint(secret) };
}

/**
 * What is kept of a token that somebody sends; null for what is none, which needs no question to the database. A plain SHA-256: there is
 * nothing to guess in 256 random bits, and each request would pay for a slow one.
 */
export function hashOfApiToken(text: string): Uint8Array<ArrayBuffer> | null {
  return apiTokenKind(text) === null ? null : sha256(text);
}

function sha256(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash("sha256").update(text).digest());
}
