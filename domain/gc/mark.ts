import { isInPrefix } from "@/domain/access/registry-scope";
import { IdList, IdSet } from "./id-list";
import type { Oddity } from "./oddity";
import type { ReferenceGraph, RepositoryNode } from "./reference-graph";

export type MarkPolicy = {
  /** Without it every revision is a root, and only blobs that no revision needs are candidates. */
  deleteUntagged: boolean;
  /** Repositories in one of these (without a slash at the end) are kept with all their revisions, tagged or not: the recycle bin. */
  keptRepositoryPrefixes: readonly string[];
  /** Untagged revisions go in these repositories only: what nobody is known to own is kept. Null = in all but the kept ones. */
  collectedPrefixes: readonly string[] | null;
  /** Pinned digests, what bin entries and moves under way name. */
  keptDigests: readonly string[];
  /** Revisions and layer links written after this moment (ms) are roots. Null only after a proven drain of writers. */
  keepWrittenAfterMs: number | null;
  /**
   * Revisions written after this moment (ms) are roots even after a drain: what is pushed by digest gets its index or tag from a later
   * step. Null = none.
   */
  keepRevisionsWrittenAfterMs: number | null;
};

export type MarkResult = {
  /** Numbers of `graph.digests` that are needed. */
  kept: IdSet;
  keptManifestCount: number;
  /** Revisions of the whole registry that may go, as positions: index into `graph.repositories`, and digest number. */
  candidateRevisions: { repository: IdList; digest: IdList };
  /** Numbers of blobs of the snapshot that nothing needs. */
  candidateBlobs: IdList;
  oddities: Oddity[];
};

const MANIFESTS_PER_SLICE = 2000;

class Marker {
  readonly kept = new IdSet();
  readonly oddities: Oddity[] = [];
  keptManifestCount = 0;
  readonly #pending: number[] = [];
  readonly #related = new Map<number, number[]>();
  /** Repositories that must be kept whole once this manifest is kept. */
  readonly #opaque = new Map<number, RepositoryNode[]>();
  readonly #wholeRepositories = new Set<RepositoryNode>();

  constructor(private readonly graph: ReferenceGraph) {
    this.#relateReferrers();
    this.#findOpaque();
  }

  keep(id: number): void {
    if (!this.kept.add(id)) return;
    this.#pending.push(id);
  }

  keepWhole(repository: RepositoryNode): void {
    if (this.#wholeRepositories.has(repository)) return;
    this.#wholeRepositories.add(repository);
    for (let i = 0; i < repository.revisions.length; i++) this.keep(repository.revisions.at(i));
    for (let i = 0; i < repository.layerLinks.length; i++) this.keep(repository.layerLinks.at(i));
  }

  /** Follows what was kept, pausing now and then so that a caller can let other work run. */
  *follow(): Generator<void, void> {
    for (let done = 1; ; done++) {
      const id = this.#pending.pop();
      if (id === undefined) return;
      if (done % MANIFESTS_PER_SLICE === 0) yield;
      const alias = this.graph.aliases.get(id);
      if (alias !== undefined) this.keep(alias);
      if (this.#related.size > 0) for (const related of this.#related.get(id) ?? []) this.keep(related);
      if (this.#opaque.size > 0) for (const repository of this.#opaque.get(id) ?? []) this.keepWhole(repository);
      if (!this.graph.isManifest(id)) continue;
      this.keptManifestCount++;
      for (const reference of this.graph.referencesOf(id)) this.keep(reference);
    }
  }

  /**
   * Subject and referrer hold each other, whichever of them is a root: a signature is worth nothing without its image, and an
   * image that somebody signed is not ours to destroy. Rules recycle the two together instead. Only revisions take part:
   * a manifest that no repository has any more cannot bring anything back.
   */
  #relateReferrers(): void {
    const { graph } = this;
    const relate = (subject: number, referrer: number) => {
      if (!graph.liveRevisions.has(subject) || !graph.liveRevisions.has(referrer)) return;
      this.#addRelated(subject, referrer);
      this.#addRelated(referrer, subject);
    };
    for (const [referrer, subject] of graph.subjects) relate(subject, referrer);
    for (const pair of graph.fallbackPairs) relate(pair.subject, pair.referrer);
  }

  #addRelated(from: number, to: number): void {
    const list = this.#related.get(from);
    if (list === undefined) this.#related.set(from, [to]);
    else list.push(to);
  }

  /**
   * A manifest that cannot be read could need anything that its repositories link to, so they are kept whole. The same holds for
   * one that names a sha512 digest which no layer link translates.
   */
  #findOpaque(): void {
    const { graph } = this;
    const opaque = new IdSet();
    for (let i = 0; i < graph.manifests.length; i++) {
      const id = graph.manifests.at(i);
      for (const reference of graph.referencesOf(id)) {
        if (!graph.digests.isSha512(reference) || graph.aliases.has(reference)) continue;
        if (opaque.add(id)) {
          const detail = `${graph.digests.digestOf(reference)} is linked nowhere, its repositories are kept whole`;
          this.oddities.push({ kind: "alias_unresolved", path: graph.digests.digestOf(id), detail });
        }
      }
    }
    if (opaque.size === 0 && graph.unreadable.size === 0) return;
    for (const repository of graph.repositories) {
      for (let i = 0; i < repository.revisions.length; i++) {
        const id = repository.revisions.at(i);
        if (!opaque.has(id) && !graph.unreadable.has(id)) continue;
        const list = this.#opaque.get(id);
        if (list === undefined) this.#opaque.set(id, [repository]);
        else list.push(repository);
      }
    }
  }
}

function keepRoots(marker: Marker, graph: ReferenceGraph, policy: MarkPolicy): void {
  for (const digest of policy.keptDigests) marker.keep(graph.digests.intern(digest));
  for (let i = 0; i < graph.tagTargets.length; i++) marker.keep(graph.tagTargets.at(i));

  const seconds = (atMs: number | null) => (atMs === null ? Number.POSITIVE_INFINITY : atMs / 1000);
  const afterSeconds = seconds(policy.keepWrittenAfterMs);
  const revisionsAfterSeconds = Math.min(afterSeconds, seconds(policy.keepRevisionsWrittenAfterMs));
  for (const repository of graph.repositories) {
    if (repository.isUnclear) marker.keepWhole(repository);
    const isIn = (prefix: string) => isInPrefix(repository.name, prefix);
    const isCollected = policy.collectedPrefixes === null || policy.collectedPrefixes.some(isIn);
    const isKept = !policy.deleteUntagged || !isCollected || policy.keptRepositoryPrefixes.some(isIn);
    for (let i = 0; i < repository.revisions.length; i++) {
      const id = repository.revisions.at(i);
      const isProtected =
        graph.unreadable.has(id) || graph.unknownKinds.has(id) || graph.contradictoryRevisions.has(id);
      if (isKept || isProtected || repository.revisionTimes.at(i) > revisionsAfterSeconds) marker.keep(id);
    }
    for (let i = 0; i < repository.layerLinks.length; i++) {
      if (repository.layerLinkTimes.at(i) > afterSeconds) marker.keep(repository.layerLinks.at(i));
    }
  }
}

/**
 * Decides what a registry needs and what may go (DESIGN law 1): reachability by digest over the whole registry, from the roots
 * that the policy names, index → child → config and layers wherever the child's revision is, referrer ↔ subject, sha512 aliases.
 * What cannot be understood is kept with all that it could need. A generator only so that a caller may pause; see `mark`.
 */
export function* markInSlices(graph: ReferenceGraph, policy: MarkPolicy): Generator<void, MarkResult> {
  const marker = new Marker(graph);
  keepRoots(marker, graph, policy);
  yield* marker.follow();

  const candidateRevisions = { repository: new IdList(), digest: new IdList() };
  graph.repositories.forEach((repository, index) => {
    for (let i = 0; i < repository.revisions.length; i++) {
      const id = repository.revisions.at(i);
      if (marker.kept.has(id)) continue;
      candidateRevisions.repository.push(index);
      candidateRevisions.digest.push(id);
    }
  });
  const candidateBlobs = new IdList();
  for (let i = 0; i < graph.storedBlobs.length; i++) {
    const id = graph.storedBlobs.at(i);
    if (!marker.kept.has(id)) candidateBlobs.push(id);
  }
  const { kept, keptManifestCount, oddities } = marker;
  return { kept, keptManifestCount, candidateRevisions, candidateBlobs, oddities };
}

/** As `markInSlices`, without a pause. */
export function mark(graph: ReferenceGraph, policy: MarkPolicy): MarkResult {
  const slices = markInSlices(graph, policy);
  for (;;) {
    const step = slices.next();
    if (step.done) return step.value;
  }
}
