import { createHash } from "node:crypto";
import { findUserByEmail, type UserRecord } from "./access.store";
import { hashPassword, isPasswordHash, verifyPassword } from "./password";

const REMEMBERED_MS = 60_000;
const REMEMBERED_MAX = 1000;
const verified = new Map<string, number>();
let decoyHash: Promise<string> | undefined;

/**
 * The user with these credentials, or null. An unknown address, a disabled person and one without a password cost the same time as a wrong
 * password. A success is remembered for a minute: a registry client sends Basic credentials with each token request.
 */
export async function verifyCredentials(email: string, password: string): Promise<UserRecord | null> {
  const user = await findUserByEmail(email);
  if (!user || user.disabledAt || !isPasswordHash(user.passwordHash)) {
    decoyHash ??= hashPassword("no such user");
    await verifyPassword(password, await decoyHash);
    return null;
  }
  if (isRemembered(user, password)) return user;
  if (!(await verifyPassword(password, user.passwordHash))) return null;
  if (verified.size >= REMEMBERED_MAX) verified.clear();
  verified.set(memoryKey(user, password), Date.now() + REMEMBERED_MS);
  return user;
}

/** The user with these credentials where they were right a moment ago, else null; hashes nothing. */
export async function recallCredentials(email: string, password: string): Promise<UserRecord | null> {
  const user = await findUserByEmail(email);
  return user && !user.disabledAt && isRemembered(user, password) ? user : null;
}

function isRemembered(user: UserRecord, password: string): boolean {
  return (verified.get(memoryKey(user, password)) ?? 0) > Date.now();
}

/** The stored hash is part of it, so that a changed password counts at once. */
function memoryKey(user: UserRecord, password: string): string {
  return createHash("sha256").update(`${user.id}\0${user.passwordHash}\0${password}`).digest("hex");
}
