import type { NotificationFacts, NotifiedRun } from "@/domain/notifications/notification-text";
import { env } from "@/server/platform/env";
import type { DeliveryRecord } from "./delivery.store";
import { listNotifiedRuns, listNotifiedSpaces, listNotifiedWorkspaces, type NotifiedRunRow } from "./event.store";

type EventRecord = DeliveryRecord["event"];

/** What is known of events, in their order: of an ended run the same whenever it is asked. */
export async function eventFacts(events: readonly EventRecord[]): Promise<NotificationFacts[]> {
  const runs = new Map(
    (await listNotifiedRuns(events.flatMap(({ runId }) => runId ?? []))).map((run) => [run.id, run] as const),
  );
  const spaceIdOf = (event: EventRecord) => {
    const { spaceId } = event.data as { spaceId?: unknown };
    return runs.get(event.runId ?? "")?.spaceId ?? (typeof spaceId === "string" ? spaceId : null);
  };
  const [spaces, workspaces] = await Promise.all([
    listNotifiedSpaces([...new Set(events.flatMap((event) => spaceIdOf(event) ?? []))]),
    listNotifiedWorkspaces([...new Set(events.map(({ workspaceId }) => workspaceId))]),
  ]);
  return events.map((event) => {
    const workspace = workspaces.find(({ id }) => id === event.workspaceId) ?? {
      id: event.workspaceId,
      slug: "",
      name: "",
    };
    const space = spaces.find(({ id }) => id === spaceIdOf(event)) ?? null;
    const run = runs.get(event.runId ?? "");
    const { spaceId: _, ...data } = event.data as Record<string, unknown>;
    return {
      ...{ id: event.id, kind: event.kind as NotificationFacts["kind"], at: event.at.toISOString() },
      ...{ workspace, space, run: run ? notifiedRun(run) : null, data },
      url: pageOf(workspace.slug, space?.id ?? null, run ?? null, event.kind),
    };
  });
}

function notifiedRun(run: NotifiedRunRow): NotifiedRun {
  const { id, kind, status, isDryRun, trigger, requestedByName } = run;
  const error = (run.error as { message?: unknown } | null)?.message;
  return {
    ...{ id, kind, status, isDryRun, trigger, requestedByName },
    totals: { ...(run.progress as object), ...(run.totals as object) },
    error: typeof error === "string" ? error : null,
    createdAt: run.createdAt.toISOString(),
    finishedAt: run.finishedAt?.toISOString() ?? null,
  };
}

function pageOf(slug: string, spaceId: string | null, run: NotifiedRunRow | null, kind: string): string {
  const workspace = `${env().RECLAIM_URL}/w/${slug}`;
  if (kind === "test") return `${workspace}/notifications`;
  if (spaceId === null) return `${workspace}/spaces`;
  const space = `${workspace}/spaces/${spaceId}`;
  if (run) return `${space}/runs/${run.id}`;
  return kind === "bin.purge_soon" ? `${space}/recycle-bin` : space;
}
