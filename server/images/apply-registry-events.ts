import { compileIgnoredPullers } from "@/domain/images/ignored-pullers";
import type { Transaction } from "@/server/platform/db/prisma";
import { type NewImageEvent, recordImageEvents } from "./record-image-events";
import type { RegistryEvent } from "./registry-event";
import {
  type ActReport,
  attributeHistory,
  findPeople,
  findToldRemovals,
  lockNamedRepositories,
  type PullReport,
  raiseRevisions,
  type WatchedSpace,
  writePulls,
  writePushTimes,
} from "./registry-event.store";

/** A notification with the space that its repository lies in. */
export interface PlacedEvent {
  id: string;
  receivedAt: Date;
  event: RegistryEvent;
  space: WatchedSpace;
}

type People = Awaited<ReturnType<typeof findPeople>>;

/** Writes what a batch of notifications tells, in a fixed number of statements: push times, pulls by whom, and who did what. */
export async function applyRegistryEvents(
  tx: Transaction,
  registry: { id: string; auth: string },
  placed: readonly PlacedEvent[],
): Promise<void> {
  if (placed.length === 0) return;
  // Elsewhere a name is what somebody gave: an id of ours in it means nothing.
  const ids = registry.auth === "console" ? new Set(placed.map(({ event }) => event.actor)) : new Set<string>();
  const people = await findPeople([...ids].filter((id) => id !== ""));
  await lockNamedRepositories(tx, registry.id, [...new Set(placed.map(({ event }) => event.repository))]);
  const pushes = placed.filter(({ event }) => event.action === "push").map(({ event }) => event);
  await writePushTimes(
    tx,
    registry.id,
    pushes.map(({ repository, digest, tag, at }) => ({
      ...{ repository, digest: digest ?? "", tag, at: at.toISOString() },
    })),
  );
  const pulledSpaces = await writePulls(tx, registry.id, addUpPulls(placed, people));
  await writeHistory(tx, placed, people);
  const pushedSpaces = placed.filter(({ event }) => event.action !== "pull").map(({ space }) => space.id);
  await raiseRevisions(tx, [...new Set([...pulledSpaces, ...pushedSpaces])]);
}

/** Pulls that count, one report for each image, person and program. */
function addUpPulls(placed: readonly PlacedEvent[], people: People): PullReport[] {
  const ignoredBySpace = new Map<string, ReturnType<typeof compileIgnoredPullers>>();
  const reports = new Map<string, PullReport>();
  for (const { event, space } of placed) {
    const { action, repository, digest, tag, actor, userAgent } = event;
    if (action !== "pull" || digest === null) continue;
    let isIgnored = ignoredBySpace.get(space.id);
    if (!isIgnored) {
      isIgnored = compileIgnoredPullers(space.ignoredPullers);
      ignoredBySpace.set(space.id, isIgnored);
    }
    const person = people.get(actor);
    const accounts = [actor, ...(person ? [person.name, person.email] : [])];
    if (isIgnored({ accounts, userAgent })) continue;
    const at = event.at.toISOString();
    const actorName = person?.name ?? actor;
    const key = JSON.stringify([repository, digest, actorName, userAgent]);
    const known = reports.get(key);
    if (!known) {
      reports.set(key, { repository, digest, actorName, userAgent, tag, count: 1, firstAt: at, lastAt: at });
      continue;
    }
    known.count++;
    if (at < known.firstAt) known.firstAt = at;
    if (at >= known.lastAt) Object.assign(known, { lastAt: at, tag });
  }
  return [...reports.values()];
}

/** Who pushed and removed: on what readings found, and as rows of their own where no reading saw it between two. */
async function writeHistory(tx: Transaction, placed: readonly PlacedEvent[], people: People): Promise<void> {
  const made = placed.filter(({ event }) => event.action !== "pull");
  const acts = made.map(({ event, space }, ordinal): ActReport => {
    const { repository, digest, tag, actor, userAgent } = event;
    return {
      ...{ ordinal, action: event.action === "push" ? "push" : "delete", spaceId: space.id, repository, digest, tag },
      ...{ at: event.at.toISOString(), actorName: people.get(actor)?.name ?? (actor || null) },
      userAgent: userAgent || null,
    };
  });
  const told = await attributeHistory(tx, acts);
  const untold = acts.filter((act) => !told.has(act.ordinal));
  // A platform of an index comes without a tag, and a removed tag without a digest: neither says enough by itself.
  const pushed = untold.filter((act) => act.action === "push" && act.tag !== null);
  const removals = untold.filter((act) => act.action === "delete" && act.digest !== null);
  const toldRemovals = await findToldRemovals(tx, removals);
  const rows = [...pushed, ...removals.filter((act) => !toldRemovals.has(act.ordinal))];
  await recordImageEvents(
    tx,
    rows.flatMap((act): NewImageEvent[] => {
      const space = made[act.ordinal]?.space;
      if (!space || act.digest === null) return [];
      return [
        {
          ...{ workspaceId: space.workspaceId, spaceId: space.id, repositoryName: act.repository },
          ...{ digest: act.digest, tag: act.tag, kind: act.action === "push" ? "pushed" : "gone" },
          ...{ at: new Date(act.at), source: "event", actorName: act.actorName, userAgent: act.userAgent },
        },
      ];
    }),
  );
}
