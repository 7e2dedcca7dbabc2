import type { Actor } from "./actor";
import { verifyCredentials } from "./verify-credentials";

/**
 * Who stands behind a user name and a password as command lines send them (docker login, HTTP Basic): an account's e-mail address with its
 * password, or any user name with an API token as the password. Null where neither is true.
 */
export async function verifyBasic(username: string, password: string): Promise<Actor | null> {
  const user = await verifyCredentials(username, password);
  if (!user) return null;
  const { id: userId, name, email, isPlatformAdmin } = user;
  return { kind: "user", userId, name, email, isPlatformAdmin, sessionId: "", token: null };
}
