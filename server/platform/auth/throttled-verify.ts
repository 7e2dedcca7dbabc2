import { createHash } from "node:crypto";
import { RateLimiterRes } from "rate-limiter-flexible";
import { waitSecondsAfter } from "@/domain/access/sign-in-limits";
import { requestContext } from "../http/request-context";
import type { UserRecord } from "./access.store";
import { attemptLimiters, isKnown, markKnown } from "./attempt-limiters";
import { recallCredentials, verifyCredentials } from "./verify-credentials";

export type Verification =
  | { kind: "right"; user: UserRecord }
  | { kind: "wrong" }
  /** Nothing was looked at: too many wrong ones came before. */
  | { kind: "locked"; retryAfterSeconds: number };

const running = new Map<string, Promise<Verification>>();

/**
 * Checks an e-mail address and a password, unless that was tried too often: per account (known or not, they answer alike) and per address of
 * the request that is being answered. Attempts count before they are looked at, so that many at once are no way around it; right ones are
 * taken back. Whoever signed in from an address before is counted apart there: strangers cannot lock them out.
 */
export async function throttledVerify(email: string, password: string): Promise<Verification> {
  const user = await recallCredentials(email, password);
  if (user) return { kind: "right", user };
  const address = requestContext()?.address ?? null;
  // A command line asks for many tokens at once: the same question is asked, and counted, once.
  const key = digest(email, password, address ?? "");
  const same = running.get(key) ?? verify(email, password, address).finally(() => running.delete(key));
  running.set(key, same);
  return same;
}

/** Nobody who has just proved to be the owner of an account waits for what others tried. */
export async function forgetAttempts(email: string): Promise<void> {
  const limiters = await attemptLimiters();
  const account = digest(email.trim().toLowerCase());
  await Promise.all([limiters.attempts.delete(account), limiters.turns.delete(account)]);
}

async function verify(email: string, password: string, address: string | null): Promise<Verification> {
  const limiters = await attemptLimiters();
  const account = digest(email.trim().toLowerCase());
  const pair = address === null ? null : digest(email.trim().toLowerCase(), address);
  const counted = pair !== null && (await isKnown(limiters, pair)) ? pair : account;

  if (address !== null) {
    const refused = await refusal(() => limiters.addresses.consume(digest(address)));
    if (refused !== null) return { kind: "locked", retryAfterSeconds: refused };
  }
  const { consumedPoints: attempt } = await limiters.attempts.consume(counted);
  const wait = waitSecondsAfter(attempt);
  if (wait > 0) {
    const refused = await refusal(() => limiters.turns.consume(counted, 1, { customDuration: wait }));
    if (refused !== null) {
      // It was not looked at, and does not count.
      await Promise.all([
        limiters.attempts.reward(counted),
        address === null ? null : limiters.addresses.reward(digest(address)),
      ]);
      return { kind: "locked", retryAfterSeconds: refused };
    }
  }
  const user = await verifyCredentials(email, password);
  if (!user) return { kind: "wrong" };
  await Promise.all([
    limiters.attempts.delete(counted),
    limiters.turns.delete(counted),
    address === null ? null : limiters.addresses.reward(digest(address)),
    pair === null ? null : markKnown(limiters, pair),
  ]);
  return { kind: "right", user };
}

/** Null when it was taken, else after how many seconds it may be. */
async function refusal(consume: () => Promise<unknown>): Promise<number | null> {
  try {
    await consume();
    return null;
  } catch (error) {
    if (error instanceof RateLimiterRes) return Math.max(1, Math.ceil(error.msBeforeNext / 1_000));
    throw error;
  }
}

/** Nobody reads in Redis who tried to sign in where. */
function digest(...parts: string[]): string {
  return createHash("sha256").update(parts.join("\0")).digest("base64url");
}
