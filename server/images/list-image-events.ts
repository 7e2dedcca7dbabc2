import type { ImageEventDto } from "@/contracts/image-history";
import { imageEventText } from "@/domain/images/image-event-text";
import { cursorDate, decodeCursor, encodeCursor } from "@/lib/cursor";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { requireReadableSpace } from "@/server/spaces/require-readable-space";
import { countImageEventRows, type ImageEventRow, listImageEventRows } from "./image-history.store";

/**
 * What happened to images of a space, newest first: of a repository, a tag, a digest, or whatever a search finds, long gone or not.
 * Who reads a space of somebody else sees what happened, and not who did it by which rule or run: those are the owner's.
 * @throws AppError not_found
 */
export async function listImageEvents(
  scope: WorkspaceScope,
  input: {
    spaceId: string;
    repository?: string | undefined;
    digest?: string | undefined;
    tag?: string | undefined;
    search?: string | undefined;
    cursor?: string | undefined;
    limit: number;
  },
): Promise<{ items: ImageEventDto[]; nextCursor: string | null; total: number }> {
  const space = await requireReadableSpace(scope, input.spaceId);
  const { repository, digest, tag, search, limit } = input;
  const [time, id = ""] = decodeCursor(input.cursor) ?? [];
  const at = cursorDate(time);
  const before = at && /^\d{1,18}$/.test(id) ? { at, id: BigInt(id) } : undefined;
  const filter = { spaceId: space.id, repository, digest, tag, search: search?.trim() };
  const [rows, total] = await Promise.all([
    listImageEventRows({ ...filter, before, limit: limit + 1 }),
    countImageEventRows(filter),
  ]);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const isOwner = space.access === "owner";
  return {
    items: page.map((row) => eventDto(isOwner ? row : withoutPeople(row))),
    nextCursor: rows.length > limit && last ? encodeCursor([last.at.toISOString(), String(last.id)]) : null,
    total,
  };
}

function withoutPeople(row: ImageEventRow): ImageEventRow {
  return {
    ...row,
    ...{
      actorName: null,
      userAgent: null,
      runId: null,
      ruleId: null,
      ruleName: null,
      ruleRevision: null,
      reason: null,
    },
  };
}

function eventDto(row: ImageEventRow): ImageEventDto {
  const { ruleId, ruleName, ruleRevision, ...rest } = row;
  return {
    ...rest,
    id: String(row.id),
    at: row.at.toISOString(),
    kind: row.kind as ImageEventDto["kind"],
    source: row.source as ImageEventDto["source"],
    text: imageEventText(row),
    rule: ruleId === null && ruleName === null ? null : { id: ruleId, name: ruleName, revision: ruleRevision },
  };
}
