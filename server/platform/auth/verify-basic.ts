import { looksLikeApiToken } from "@/domain/access/api-token";
import { AppError } from "../app-error";
import type { Actor } from "./actor";
import { identifyToken } from "./identity";
import { throttledVerify } from "./throttled-verify";

/**
 * Who stands behind a user name and a password as command lines send them (docker login, HTTP Basic): an account's e-mail address with its
 * password, or any user name with an API token as the password. Null where neither is true. A token never costs a password's hashing.
 * @throws AppError too_many_requests after too many wrong passwords
 */
export async function verifyBasic(username: string, password: string): Promise<Actor | null> {
  if (looksLikeApiToken(password)) return (await identifyToken(password, null))?.actor ?? null;
  const result = await throttledVerify(username, password);
  if (result.kind === "locked") throw tooManyAttempts(result.retryAfterSeconds);
  if (result.kind === "wrong") return null;
  const { id: userId, name, email, isPlatformAdmin } = result.user;
  return { kind: "user", userId, name, email, isPlatformAdmin, sessionId: "", token: null };
}

function tooManyAttempts(seconds: number): AppError {
  const minutes = Math.ceil(seconds / 60);
  return new AppError(
    "too_many_requests",
    `Too many attempts. Try again in ${minutes === 1 ? "a minute" : `${minutes} minutes`}.`,
  );
}
