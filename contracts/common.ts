import { z } from "zod";

/** An id of ours. Any string of a sane shape is accepted here: unknown and foreign ids must answer alike (404). */
export const idSchema = z.string().min(1).max(100);
export const timeSchema = z.iso.datetime();
/** The revision that somebody edited; the database counts no further. */
export const editedRevisionSchema = z.number().int().max(2_147_483_646);
export const bytesSchema = z.number().int().nonnegative();

/** Refuses what cannot be seen or turns the text around it (control and direction marks): a name must read as it is. */
export function hasOnlyVisibleText(text: string): boolean {
  return !/[\p{Cc}\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/u.test(text);
}
export const VISIBLE_TEXT_PROBLEM = "leave out invisible characters and direction marks";

export const workspaceParamsSchema = z.object({ workspaceId: idSchema }).strict();
export const spaceParamsSchema = z.object({ workspaceId: idSchema, spaceId: idSchema }).strict();
export const registryParamsSchema = z.object({ workspaceId: idSchema, registryId: idSchema }).strict();
export const runParamsSchema = z.object({ workspaceId: idSchema, runId: idSchema }).strict();

export const pageQueryShape = {
  cursor: z.string().max(500).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
};

/** One page of a list; `nextCursor` is null on the last one, `total` counts the whole filtered list. */
export function pageSchema<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable(), total: z.number().int().nonnegative() });
}
