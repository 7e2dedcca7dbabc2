import type { GcHistoryItem } from "@/contracts/gc";
import { auditText } from "@/domain/history/audit-text";
import { cursorDate, decodeCursor, encodeCursor } from "@/lib/cursor";
import { escapeLike } from "@/lib/like";
import { runDto } from "@/server/history/run-dto";
import { notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { findRegistry } from "@/server/registries/find-registry";
import { countGcHistory, listEventsById, listGcHistoryKeys, listRunsById } from "./gc-history.store";

/** This workspace's collections of a registry and what else happened to it, newest first. @throws AppError not_found */
export async function listGcHistory(
  scope: WorkspaceScope,
  input: {
    registryId: string;
    show: "all" | "runs" | "events";
    search?: string | undefined;
    cursor?: string | undefined;
    limit: number;
  },
): Promise<{ items: GcHistoryItem[]; nextCursor: string | null; total: number }> {
  const registry = await findRegistry(scope, input.registryId);
  if (!registry) throw notFound();
  const search = input.search?.trim();
  const query = {
    ...{ workspaceId: scope.workspaceId, registryId: registry.id, show: input.show },
    search: search ? escapeLike(search) : undefined,
  };
  const [time, id] = decodeCursor(input.cursor) ?? [];
  const at = cursorDate(time);
  const [keys, total] = await Promise.all([
    listGcHistoryKeys(query, at && id ? { at, id } : null, input.limit + 1),
    countGcHistory(query),
  ]);
  const page = keys.slice(0, input.limit);
  const idsOf = (kind: "run" | "event") => page.filter((row) => row.kind === kind).map((row) => row.id);
  const [runs, events] = await Promise.all([listRunsById(idsOf("run")), listEventsById(idsOf("event"))]);
  const last = page.at(-1);
  return {
    items: page.flatMap((row): GcHistoryItem[] => {
      const shown = { at: row.at.toISOString() };
      const run = row.kind === "run" && runs.find((one) => one.id === row.id);
      if (run) return [{ kind: "run", ...shown, run: runDto(run) }];
      const event = row.kind === "event" && events.find((one) => one.id === row.id);
      return event ? [{ kind: "event", ...shown, event: eventDto(event) }] : [];
    }),
    nextCursor: keys.length > input.limit && last ? encodeCursor([last.at.toISOString(), last.id]) : null,
    total,
  };
}

function eventDto(row: Awaited<ReturnType<typeof listEventsById>>[number]) {
  const data = row.data as Record<string, unknown>;
  const { id, action, actorName, resourceType, resourceId } = row;
  const at = row.at.toISOString();
  return { id, at, actorName, action, resourceType, resourceId, text: auditText(action, data), data };
}
