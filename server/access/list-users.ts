import type { UserDto } from "@/contracts/platform-people";
import { isStorableText } from "@/lib/storable";
import type { Actor } from "@/server/platform/auth/actor";
import { requirePlatformAdmin } from "./require-person";
import { listUserRows } from "./user.store";
import { userDto } from "./user-dto";

/** One page of everybody who has an account, by e-mail address. @throws AppError forbidden */
export async function listUsers(
  actor: Actor,
  query: { q?: string | undefined; cursor?: string | undefined; limit: number },
): Promise<{ items: UserDto[]; nextCursor: string | null; total: number }> {
  requirePlatformAdmin(actor, "see everybody's accounts");
  const { q, cursor, limit } = query;
  if (![q, cursor].every((text) => text === undefined || isStorableText(text)))
    return { items: [], nextCursor: null, total: 0 };
  const { rows, total } = await listUserRows({ q, after: cursor, limit: limit + 1 });
  const items = rows.slice(0, limit).map(userDto);
  return { items, nextCursor: rows.length > limit ? (items.at(-1)?.email ?? null) : null, total };
}
