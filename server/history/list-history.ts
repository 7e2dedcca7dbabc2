import type { AuditEventDto } from "@/contracts/history";
import { auditText } from "@/domain/history/audit-text";
import { cursorDate, decodeCursor, encodeCursor } from "@/lib/cursor";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { requireSpace } from "@/server/spaces/require-space";
import { countAuditEvents, listAuditEvents } from "./audit.store";

/** Who did what in a space, newest first. @throws AppError not_found */
export async function listHistory(
  scope: WorkspaceScope,
  input: { spaceId: string; search?: string | undefined; cursor?: string | undefined; limit: number },
): Promise<{ items: AuditEventDto[]; nextCursor: string | null; total: number }> {
  const space = await requireSpace(scope, input.spaceId);
  const [time, id] = decodeCursor(input.cursor) ?? [];
  const at = cursorDate(time);
  const query = {
    workspaceId: scope.workspaceId,
    spaceId: space.id,
    search: input.search,
    before: at && id ? { at, id } : undefined,
    limit: input.limit + 1,
  };
  const [rows, total] = await Promise.all([listAuditEvents(query), countAuditEvents(query)]);
  const page = rows.slice(0, input.limit);
  const last = page.at(-1);
  return {
    items: page.map((row) => {
      const data = row.data as Record<string, unknown>;
      const { action, actorName, resourceType, resourceId } = row;
      return {
        id: row.id,
        at: row.at.toISOString(),
        actorName,
        action,
        resourceType,
        resourceId,
        text: auditText(action, data),
        data,
      };
    }),
    nextCursor: rows.length > input.limit && last ? encodeCursor([last.at.toISOString(), last.id]) : null,
    total,
  };
}
