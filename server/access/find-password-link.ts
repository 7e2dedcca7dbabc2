import { findOpenPasswordLink } from "./account.store";
import { hashLinkToken } from "./secret-link";

/** Whose password a link lets somebody choose; null where it is good for nothing (any more). */
export async function findPasswordLink(token: string): Promise<{ email: string; name: string } | null> {
  const link = await findOpenPasswordLink(hashLinkToken(token));
  return link && { email: link.user.email, name: link.user.name };
}
