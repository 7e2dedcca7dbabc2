import { createHash } from "node:crypto";
import { findUserByEmail, type UserRecord } from "./access.store";
import { hashPassword, verifyPassword } from "./password";

const REMEMBERED_MS = 60_000;
const REMEMBERED_MAX = 1000;
const verified = new Map<string, number>();
let decoyHash: Promise<string> | undefined;

/**
 * The user with these credentials, or null. An unknown address costs the same time as a wrong password. A success is
 * remembered for a minute (under a hash of everything, the stored hash included, so that a changed password counts at
 * once): a registry client sends Basic credentials with each token request.
 */
export async function verifyCredentials(email: string, password: string): Promise<UserRecord | null> {
  const user = await findUserByEmail(email);
  if (!user) {
    decoyHash ??= hashPassword("no such user");
    await verifyPassword(password, await decoyHash);
    return null;
  }
  const key = createHash("sha256").update(`${user.id}\0${user.passwordHash}\0${password}`).digest("hex");
  const until = verified.get(key);
  if (until !== undefined && until > Date.now()) return user;
  if (!(await verifyPassword(password, user.passwordHash))) return null;
  if (verified.size >= REMEMBERED_MAX) verified.clear();
  verified.set(key, Date.now() + REMEMBERED_MS);
  return user;
}
