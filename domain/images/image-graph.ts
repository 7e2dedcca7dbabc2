import { subjectOfFallbackTag } from "./referrer-tag";
import { subjectsOf } from "./subjects-of";

/** What the graph needs to know of a manifest in a repository. */
export interface GraphNode {
  repositoryName: string;
  digest: string;
  tags: readonly { name: string }[];
  /** Digests that an index lists. */
  children: readonly string[];
  /** The `subject` field. */
  subject: string | null;
}

/**
 * Who needs whom among the manifests of some repositories, by position in the given list. Edges stay inside a repository, as pulls do.
 * A manifest is a *member* while an index that lists it or a subject that it refers to is there; else it stands for itself.
 */
export interface ImageGraph {
  childrenOf: readonly (readonly number[])[];
  parentsOf: readonly (readonly number[])[];
  /** Signatures, SBOMs and the like, by `subject` field or fallback tag. */
  referrersOf: readonly (readonly number[])[];
  subjectsOf: readonly (readonly number[])[];
  /** How many children an index lists that are not in its repository. */
  missingChildrenOf: readonly number[];
  /** Subjects that are not in the manifest's repository (they may be in another). */
  absentSubjectsOf: readonly (readonly string[])[];
  isMember(node: number): boolean;
  /** Position of a manifest in the list, undefined where the repository does not hold it. */
  find(repositoryName: string, digest: string): number | undefined;
}

const NONE: readonly never[] = [];

/** Builds the graph of whole repositories, in time linear in manifests and edges. Throws an Error where one is given twice. */
export function buildImageGraph(nodes: readonly GraphNode[]): ImageGraph {
  const positions = new Map<string, Map<string, number>>();
  nodes.forEach((node, at) => {
    const repository = positions.get(node.repositoryName) ?? new Map<string, number>();
    positions.set(node.repositoryName, repository);
    if (repository.has(node.digest)) throw new Error(`${node.repositoryName}@${node.digest} is given twice`);
    repository.set(node.digest, at);
  });
  const childrenOf = new EdgeLists(nodes.length);
  const parentsOf = new EdgeLists(nodes.length);
  const referrersOf = new EdgeLists(nodes.length);
  const subjectLists = new EdgeLists(nodes.length);
  const missingChildrenOf = new Array<number>(nodes.length).fill(0);
  const absentSubjectsOf = new Array<readonly string[]>(nodes.length).fill(NONE);

  nodes.forEach((node, at) => {
    const repository = positions.get(node.repositoryName);
    for (const digest of node.children.length < 2 ? node.children : new Set(node.children)) {
      const child = repository?.get(digest);
      if (child === undefined) missingChildrenOf[at] = (missingChildrenOf[at] ?? 0) + 1;
      else if (child !== at) {
        childrenOf.add(at, child);
        parentsOf.add(child, at);
      }
    }
    for (const digest of subjectDigests(node)) {
      const subject = repository?.get(digest);
      if (subject === undefined) absentSubjectsOf[at] = [...(absentSubjectsOf[at] ?? NONE), digest];
      else if (subject !== at) {
        subjectLists.add(at, subject);
        referrersOf.add(subject, at);
      }
    }
  });
  return {
    childrenOf: childrenOf.lists,
    parentsOf: parentsOf.lists,
    referrersOf: referrersOf.lists,
    subjectsOf: subjectLists.lists,
    missingChildrenOf,
    absentSubjectsOf,
    isMember: (node) => parentsOf.of(node).length > 0 || subjectLists.of(node).length > 0,
    find: (repositoryName, digest) => positions.get(repositoryName)?.get(digest),
  };
}

/** The tags that people gave: fallback tags of referrers are bookkeeping and never count as tags of an image. */
export function imageTags<T extends { name: string }>(tags: readonly T[]): readonly T[] {
  return tags.some((tag) => subjectOfFallbackTag(tag.name) !== null)
    ? tags.filter((tag) => subjectOfFallbackTag(tag.name) === null)
    : tags;
}

/** Everything reachable from the given manifests over the given edges, themselves included. Cycles end. */
export function reachableFrom(start: Iterable<number>, next: (node: number) => Iterable<number>): Set<number> {
  const seen = new Set(start);
  const pending = [...seen];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    for (const neighbour of next(node)) {
      if (!seen.has(neighbour)) {
        seen.add(neighbour);
        pending.push(neighbour);
      }
    }
  }
  return seen;
}

function subjectDigests(node: GraphNode): Iterable<string> {
  const subjects = subjectsOf(node);
  return subjects.length < 2 ? subjects : new Set(subjects);
}

/** Most manifests have no edge of a kind: they share one empty list, so that a large registry costs little. */
class EdgeLists {
  readonly lists: (readonly number[])[];

  constructor(count: number) {
    this.lists = new Array<readonly number[]>(count).fill(NONE);
  }

  add(from: number, to: number): void {
    const list = this.lists[from];
    if (list === undefined || list === NONE) this.lists[from] = [to];
    else (list as number[]).push(to);
  }

  of(node: number): readonly number[] {
    return this.lists[node] ?? NONE;
  }
}
