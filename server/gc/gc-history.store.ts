// One list of two tables: collections, and what else happened to a registry.
import { Prisma, prisma } from "@/server/platform/db/prisma";

export interface GcHistoryQuery {
  workspaceId: string;
  registryId: string;
  show: "all" | "runs" | "events";
  /** part of a person's name, of what was done, of an error, or an id; matched anywhere, as it is */
  search?: string | undefined;
}

/** Events of a platform's registry belong to no workspace: what its admins did to it is seen by all who use it. */
function rowsOf({ workspaceId, registryId, show, search }: GcHistoryQuery): Prisma.Sql {
  const pattern = search ? `%${search}%` : null;
  const runs = Prisma.sql`
    SELECT 'run' AS kind, id, created_at AS at FROM runs
    WHERE workspace_id = ${workspaceId} AND registry_id = ${registryId} AND kind = 'gc'
      AND (${pattern}::text IS NULL OR requested_by_name ILIKE ${pattern} OR status::text ILIKE ${pattern} OR id ILIKE ${pattern}
        OR error ->> 'message' ILIKE ${pattern}
        OR EXISTS (SELECT 1 FROM run_events e WHERE e.run_id = runs.id AND e.data::text ILIKE ${pattern}))`;
  const events = Prisma.sql`
    SELECT 'event' AS kind, id, at FROM audit_events
    WHERE resource_type = 'registry' AND resource_id = ${registryId} AND (workspace_id = ${workspaceId} OR workspace_id IS NULL)
      AND (${pattern}::text IS NULL OR actor_name ILIKE ${pattern} OR action ILIKE ${pattern} OR data::text ILIKE ${pattern})`;
  if (show === "runs") return runs;
  return show === "events" ? events : Prisma.sql`${runs} UNION ALL ${events}`;
}

/** Newest first, after a position. */
export function listGcHistoryKeys(
  query: GcHistoryQuery,
  before: { at: Date; id: string } | null,
  limit: number,
): Promise<{ kind: "run" | "event"; id: string; at: Date }[]> {
  const from = before ? Prisma.sql`WHERE (h.at, h.id) < (${before.at}, ${before.id})` : Prisma.empty;
  return prisma()
    .$queryRaw`SELECT h.kind, h.id, h.at FROM (${rowsOf(query)}) h ${from} ORDER BY h.at DESC, h.id DESC LIMIT ${limit}`;
}

export async function countGcHistory(query: GcHistoryQuery): Promise<number> {
  const rows = await prisma().$queryRaw<{ count: number }[]>`SELECT count(*)::int AS count FROM (${rowsOf(query)}) h`;
  return rows[0]?.count ?? 0;
}

export function listRunsById(ids: readonly string[]): Promise<Prisma.RunGetPayload<object>[]> {
  return prisma().run.findMany({ where: { id: { in: [...ids] } } });
}

export function listEventsById(ids: readonly string[]): Promise<Prisma.AuditEventGetPayload<object>[]> {
  return prisma().auditEvent.findMany({ where: { id: { in: [...ids] } } });
}
