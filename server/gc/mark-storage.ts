import { countOddities, type Oddity } from "@/domain/gc/oddity";
import type { RunContext } from "@/server/history/run-context";
import { type Collection, enter } from "./collection";
import { type FoundCandidates, findCandidates } from "./find-candidates";
import type { Released } from "./give-back";
import { foundTotals } from "./journal-totals";
import { markPolicy } from "./mark-policy";
import { registryReferences } from "./reference-cache";
import { type StorageScan, scanStorage } from "./scan-storage";
import { sharedSource } from "./shared-source";

const ODDITIES_LOGGED_MAX = 200;

/**
 * The first (in read-only mode the only) mark of a collection: reads the storage, decides, and tells numbers and oddities. Leaves out what
 * the options do not want. Links and blobs written after `keepWrittenAfterMs` stay; null where writers were drained. `released`: what this
 * run had taken before and put back, which is as old as it was then.
 */
export async function markStorage(
  { context, storage, options, held, words, signal }: Collection,
  keepWrittenAfterMs: number | null,
  released: Released = new Map(),
): Promise<{ scan: StorageScan; found: FoundCandidates }> {
  const { run } = context;
  await enter(context, "marking");
  const { lease } = held;
  const scan = await scanStorage(storage, {
    cache: registryReferences(run.registryId),
    withLinkTimes: keepWrittenAfterMs !== null,
    withTagHistories: !run.isDryRun,
    // A dry run holds nothing that others could make sure of.
    sourceOver: lease ? (source) => sharedSource(source, { context, storage, lease, words, signal }) : undefined,
    signal,
    onProgress: ({ manifestsDone, manifestsTotal, blobsTotal }) => {
      const blobs = blobsTotal === null ? {} : { blobsTotal, blobsDone: blobsTotal };
      context.progress({ manifestsDone, ...(manifestsTotal === null ? {} : { manifestsTotal }), ...blobs });
    },
  });
  // What a small registry takes is mostly such questions: those that do not wait for one another are asked side by side.
  const [wishes, before] = await Promise.all([
    markPolicy(run.registryId, options.deleteUntagged, run.workspaceId),
    foundTotals(run.id, "removed"),
  ]);
  const policy = { ...wishes, keepWrittenAfterMs };
  const found = wanted(await findCandidates(storage, scan, policy, signal, { released }), options.sweepBlobs);
  const oddities = [...scan.oddities, ...found.mark.oddities];
  const { revisionCount, blobCount, blobBytes } = found.list;
  const numbers = { candidateManifests: revisionCount, candidateBlobs: blobCount, candidateBytes: blobBytes };
  // Found by this run all the same; what of it came back is counted once when the journal is written.
  const inAll = {
    candidateManifests: revisionCount + before.candidateManifests,
    candidateBlobs: blobCount + before.candidateBlobs,
    candidateBytes: blobBytes + before.candidateBytes,
  };
  context.progress(inAll);
  const manifestsDone = scan.graph.liveRevisions.size;
  context.totals({
    ...inAll,
    manifestsDone,
    manifestsTotal: manifestsDone,
    blobsTotal: scan.graph.storedBlobs.length,
    oddities: oddities.length,
  });
  logOddities(context, oddities, words.oddities(oddities, scan.graph));
  context.log("marked", { ...numbers, manifestsRead: scan.manifestsRead });
  return { scan, found };
}

/** D-42: with untagged manifests only, their blobs and all links stay for another run. */
function wanted(found: FoundCandidates, sweepBlobs: boolean): FoundCandidates {
  if (sweepBlobs) return found;
  const list = found.list.manifestsOnly();
  return {
    list,
    get candidates() {
      return [...list];
    },
    emptyBlobDirectories: [],
    mark: found.mark,
  };
}

function logOddities(context: RunContext, oddities: readonly Oddity[], own: readonly Oddity[]): void {
  if (oddities.length === 0) return;
  context.log("oddities", {
    text: `${oddities.length} oddities in the storage, kept as they are.`,
    ...countOddities(oddities),
  });
  for (const { kind, path, detail } of own.slice(0, ODDITIES_LOGGED_MAX))
    context.log("oddity", { text: `${path}: ${detail}`, kind, path });
}
