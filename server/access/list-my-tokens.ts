import type { ApiTokenDto } from "@/contracts/tokens";
import type { Actor } from "@/server/platform/auth/actor";
import { listTokenRows } from "./api-token.store";
import { apiTokenDto } from "./api-token-dto";
import { isWithinReach } from "./is-within-reach";
import { requireTokenOwner } from "./require-token-owner";

/** Personal tokens of whoever asks; through a token that is limited in any way only itself and those that were made through it. */
export async function listMyTokens(actor: Actor): Promise<{ items: ApiTokenDto[] }> {
  const { userId, token } = requireTokenOwner(actor);
  const rows = await listTokenRows({ userId });
  return { items: rows.filter((row) => isWithinReach(token, row)).map(apiTokenDto) };
}
