import { type InventoryChange, inventoryChange, isNoChange, touchedDigests } from "@/domain/images/inventory-change";
import { abortableTransaction } from "@/server/platform/db/abortable-transaction";
import type { Transaction } from "@/server/platform/db/prisma";
import { newId } from "@/server/platform/new-id";
import { changeEvents } from "./change-events";
import { type CrawledSpace, hasMovedSince, readDatabaseTime } from "./inventory.store";
import { recordImageEvents } from "./record-image-events";
import { refreshImages } from "./refresh-images";
import type { RepositoryReader } from "./repository-reader";
import type { CheckRequest, RepositoryReading } from "./repository-reading";
import {
  findParts,
  type KnownRepository,
  loadKnownRepository,
  lockRepositoryRow,
  markDigestsChecked,
  markTagsChecked,
  type RepositoryRef,
  stampRepository,
  stampUnchanged,
  writeInventoryChange,
} from "./snapshot.store";
import { analyzeHeld, keepStatistics } from "./statistics.store";

/** Readings of one repository in a row that somebody overtook; the next crawl sees to what is left. */
const STALE_READINGS_MAX = 5;
/** New manifests of one repository from which on the planner has to know of them before anything is derived from them. */
const MANY_ADDED = 2_000;

export interface RepositoryCrawl {
  /** What was written; null where nothing had changed, or others wrote faster. */
  change: InventoryChange | null;
  manifestsRead: number;
  /** What could not be read of it, in words; null = nothing. */
  problem: string | null;
}

/**
 * Makes the inventory of one repository what the registry has, and writes only what differs. Manifests are immutable, so only
 * unknown ones are read. `check` says what to ask for over the API. A failure to list or to ask throws before anything is written: nothing is taken for gone because of it.
 */
export async function crawlRepository(
  registryId: string,
  space: CrawledSpace,
  name: string,
  reader: RepositoryReader,
  signal: AbortSignal,
  { check = "all" }: { check?: CheckRequest } = {},
): Promise<RepositoryCrawl> {
  let manifestsRead = 0;
  for (let attempt = 1; attempt <= STALE_READINGS_MAX; attempt++) {
    const startedAt = await readDatabaseTime();
    const known = await loadKnownRepository(registryId, space.id, name);
    const reading = await reader.read({ registryId, name, known, check, signal });
    manifestsRead += reading.manifestsRead;
    if (reading.manifestsRead > 0) await keepStatistics(reading.manifestsRead);
    const written = await write({ registryId, space, name, reader, signal, startedAt, known, reading });
    if (written === "stale") continue;
    return { change: written, manifestsRead, problem: problemOf(reading) };
  }
  return { change: null, manifestsRead, problem: null };
}

function problemOf({ refusal }: RepositoryReading): string | null {
  if (refusal === null) return null;
  return `${refusal.count} ${refusal.count === 1 ? "manifest" : "manifests"} could not be read: ${refusal.first}`;
}

interface Finding {
  registryId: string;
  space: CrawledSpace;
  name: string;
  reader: RepositoryReader;
  signal: AbortSignal;
  startedAt: Date;
  known: KnownRepository;
  reading: RepositoryReading;
}

/** What was written, or null for nothing; `stale` where somebody else wrote since the reading began. */
async function write(finding: Finding): Promise<InventoryChange | null | "stale"> {
  const { known, reading, reader, signal } = finding;
  const change = inventoryChange(known, { digests: new Set(reading.digests.keys()), tags: reading.tags });
  // What is not found says nothing where the registry or its disk went away as a whole.
  if (change.removedDigests.length + change.removedTags.length > 0) {
    const digests = [...reading.digests.keys()].filter((digest) => known.digests.has(digest));
    await reader.assertHolds(finding.registryId, { name: finding.name, digests }, signal);
  }
  const isQuiet = isNoChange(change) && !known.needsRefresh && reading.healed.length === 0;
  if (isQuiet && known.id === null) return null;
  if (isQuiet && !(await stampUnchanged(known))) return "stale";
  const result = isQuiet ? null : await abortableTransaction(signal, (tx) => writeChange(tx, finding, change));
  if (result === "stale") return result;
  if (known.id !== null) {
    await markTagsChecked(known.id, reading.checkedTags);
    await markDigestsChecked(known.id, reading.checkedDigests);
  }
  return result;
}

async function writeChange(
  tx: Transaction,
  { registryId, space, name, reader, startedAt, known, reading }: Finding,
  change: InventoryChange,
): Promise<InventoryChange | null | "stale"> {
  const made = { id: newId("repo"), workspaceId: space.workspaceId, spaceId: space.id, registryId, name };
  const locked = await lockRepositoryRow(tx, made);
  if (!locked) return null;
  const { id, stamp } = locked;
  if (stamp?.getTime() !== known.stamp?.getTime()) return "stale";
  if (await hasMovedSince(tx, registryId, name, startedAt)) return "stale";
  const repository = { ...made, id };
  if (!isNoChange(change)) {
    await writeInventoryChange(tx, repository, change, reading.digests, reader.source);
    if (change.addedDigests.length > MANY_ADDED) await analyzeHeld(tx);
    await recordChange(tx, repository, change, { known, reading, startedAt });
  }
  const isFirstReading = known.digests.size === 0;
  const touched = [...touchedDigests(change), ...reading.healed];
  await refreshImages(tx, repository, isFirstReading || known.needsRefresh ? "all" : touched);
  await stampRepository(tx, id);
  return change;
}

async function recordChange(
  tx: Transaction,
  repository: RepositoryRef,
  change: InventoryChange,
  { known, reading, startedAt }: Pick<Finding, "known" | "reading" | "startedAt">,
): Promise<void> {
  const isFirstReading = known.stamp === null && known.digests.size === 0;
  const parts = isFirstReading
    ? new Set<string>()
    : await findParts(tx, repository.registryId, [...change.addedDigests, ...change.removedDigests]);
  const { workspaceId, spaceId, name: repositoryName } = repository;
  const events = changeEvents(change, { isFirstReading, now: startedAt, pushedAt: reading.digests, parts });
  await recordImageEvents(
    tx,
    events.map((event) => ({
      ...{ workspaceId, spaceId, repositoryName, source: "crawl" as const },
      ...event,
    })),
  );
}
