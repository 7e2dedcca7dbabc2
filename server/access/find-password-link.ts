import { prisma } from "@/server/platform/db/prisma";
import { findOpenPasswordLink } from "./account.store";
import { countLiveTokens } from "./api-token.store";
import { hashLinkToken } from "./secret-link";

/** Whose password a link lets somebody choose, and how many API tokens end with it; null where it is good for nothing (any more). */
export async function findPasswordLink(
  token: string,
): Promise<{ email: string; name: string; tokenCount: number } | null> {
  const link = await findOpenPasswordLink(hashLinkToken(token));
  if (!link) return null;
  const { id: userId, email, name } = link.user;
  return { email, name, tokenCount: await countLiveTokens(prisma(), { userId }) };
}
