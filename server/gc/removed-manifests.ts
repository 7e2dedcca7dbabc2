import { parseManifest } from "@/domain/images/parse-manifest";
import type { BlobStorage } from "@/server/platform/storage/blob-storage";
import { TimeSlice } from "@/server/platform/storage/time-slice";
import type { FoundCandidates } from "./find-candidates";
import type { StorageScan } from "./scan-storage";

const LARGEST_MANIFEST_BYTES = 8 * 1024 * 1024;

/** What the first mark knows of the manifests that go, for when some of them have to come back. */
export interface RemovedManifests {
  /** Digests of all of them. */
  known: ReadonlySet<string>;
  /** From a referrer to its subject. */
  subjects: Map<string, string>;
  /** What they share with the rest of the registry. */
  needs: string[];
}

/** @throws the signal's reason */
export async function removedManifests(
  { graph }: StorageScan,
  { mark }: FoundCandidates,
  signal: AbortSignal,
): Promise<RemovedManifests> {
  const slice = new TimeSlice(signal);
  const known = new Set<string>();
  const subjects = new Map<string, string>();
  const needs = new Set<number>();
  const { digest } = mark.candidateRevisions;
  for (let i = 0; i < digest.length; i++) {
    if (slice.isOver) await slice.pause();
    const id = digest.at(i);
    known.add(graph.digests.digestOf(id));
    const subject = graph.subjects.get(id);
    if (subject !== undefined) subjects.set(graph.digests.digestOf(id), graph.digests.digestOf(subject));
    for (const reference of graph.referencesOf(id)) if (mark.kept.has(reference)) needs.add(reference);
  }
  return { known, subjects, needs: [...needs].map((id) => graph.digests.digestOf(id)) };
}

/** The subject of a manifest that went; read, where an earlier attempt removed it. Null = it has none, or nobody can tell. */
export async function subjectOf(
  storage: BlobStorage,
  key: string,
  removed: RemovedManifests,
  digest: string,
): Promise<string | null> {
  if (removed.known.has(digest)) return removed.subjects.get(digest) ?? null;
  const limits = { maxBytes: LARGEST_MANIFEST_BYTES };
  let blob = await storage.readBlob(digest, limits);
  if (blob.state === "missing") blob = await storage.readQuarantinedBlob(key, digest, limits);
  const parsed = blob.state === "read" ? parseManifest(blob.body) : null;
  return parsed?.ok ? (parsed.manifest.subject?.digest ?? null) : null;
}
