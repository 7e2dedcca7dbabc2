import type { IdSet } from "@/domain/gc/id-list";
import type { ReferenceGraph } from "@/domain/gc/reference-graph";
import { TimeSlice } from "@/server/platform/storage/time-slice";
import type { Collection } from "./collection";
import { wasDeleted } from "./gc.store";

/** Manifests looked at: more where asking costs a system call, fewer where it costs a request. */
const SAMPLE = { calls: 200, requests: 4 };

type Checked = Pick<Collection, "storage" | "signal"> & { context: Pick<Collection["context"], "run" | "log"> };

/** A collection took something that was needed. Nothing can be put back: it is told, loudly. */
export class SelfCheckFailed extends Error {
  override readonly name = "SelfCheckFailed";
}

/**
 * Looks after a collection whether it took anything from what it kept: from manifests that were written since `sinceMs` (pushes that went
 * on meanwhile) and from some by chance. Asks the storage, since a registry may answer from its cache. What is missing without having been
 * taken by this run was so before.
 * @throws SelfCheckFailed naming the first; StorageReadError, and the signal's reason
 */
export async function selfCheck(
  { context, storage, signal }: Checked,
  marked: { graph: ReferenceGraph; mark: { kept: IdSet } },
  sinceMs: number | null,
): Promise<void> {
  const { graph, mark } = marked;
  const size = storage.concurrency.reads > 1 ? SAMPLE.requests : SAMPLE.calls;
  const manifests = [...(sinceMs === null ? [] : written(graph, sinceMs, size)), ...sample(graph, mark.kept, size)];
  const slice = new TimeSlice(signal);
  let checked = 0;
  for (const manifest of manifests) {
    signal.throwIfAborted();
    checked++;
    for (const id of [manifest, ...graph.referencesOf(manifest)]) {
      if (slice.isOver) await slice.pause();
      const digest = graph.digests.digestOf(id);
      if ((await storage.statBlob(digest)) !== null || !(await wasDeleted(context.run.id, digest))) continue;
      const of = id === manifest ? "which is kept" : `which ${graph.digests.digestOf(manifest)} needs`;
      throw new SelfCheckFailed(`This collection deleted ${digest}, ${of}. Push that image again.`);
    }
  }
  context.log("self_check", {
    text: `Looked at ${checked} manifests and what they need: all of it is there.`,
    checked,
  });
}

function written(graph: ReferenceGraph, sinceMs: number, count: number): number[] {
  const found: number[] = [];
  for (const { revisions, revisionTimes } of graph.repositories) {
    for (let i = 0; i < revisions.length && found.length < count; i++)
      if (revisionTimes.at(i) * 1_000 > sinceMs) found.push(revisions.at(i));
  }
  return found;
}

function sample(graph: ReferenceGraph, kept: IdSet, count: number): number[] {
  const found: number[] = [];
  const { manifests } = graph;
  for (let tries = 0; tries < count * 4 && found.length < Math.min(count, manifests.length); tries++) {
    const id = manifests.at(Math.floor(Math.random() * manifests.length));
    if (kept.has(id)) found.push(id);
  }
  return found;
}
