import { sha256Of } from "./storage-tree";

export type Policy = "all" | "tagged";

export type ExpectedOutcome = {
  /** Digests of blobs that nothing needs, sorted. */
  garbage: string[];
  garbageBytes: number;
  garbageSha256: string;
  /** `<repository> <digest>` of revisions that the policy removes, sorted. */
  removedRevisions: string[];
  keptRevisions: number;
};

/** What the generator wrote, as it remembers it: the second opinion that a collector is compared with. */
export type TreeRecord = {
  blobs: Map<string, number>;
  /** manifest → what it names */
  references: Map<string, string[]>;
  repositories: Map<string, { revisions: Map<string, boolean>; tags: Map<string, string> }>;
};

/**
 * What a collector has to find. `all`: every revision with a link is a root. `tagged`: only what tags reach in their own
 * repository stays. An index pins its children either way.
 */
export function expectedOutcome(record: TreeRecord, policy: Policy): ExpectedOutcome {
  const marked = new Set<string>();
  const removed: string[] = [];
  let keptRevisions = 0;
  for (const [name, { revisions, tags }] of record.repositories) {
    const alive = new Set([...revisions].filter(([, hasLink]) => hasLink).map(([digest]) => digest));
    const kept = policy === "all" ? alive : closure([...tags.values()], record, alive);
    keptRevisions += kept.size;
    for (const digest of alive) if (!kept.has(digest)) removed.push(`${name} ${digest}`);
    for (const digest of closure([...kept], record, null)) {
      marked.add(digest);
      for (const reference of record.references.get(digest) ?? []) marked.add(reference);
    }
  }
  const garbage = [...record.blobs.keys()].filter((digest) => !marked.has(digest)).sort();
  return {
    garbage,
    garbageBytes: garbage.reduce((sum, digest) => sum + (record.blobs.get(digest) ?? 0), 0),
    garbageSha256: sha256Of(garbage.map((digest) => `${digest}\n`).join("")),
    removedRevisions: removed.sort(),
    keptRevisions,
  };
}

/** Manifests reached from roots, within `alive` where it is given. */
function closure(roots: string[], record: TreeRecord, alive: ReadonlySet<string> | null): Set<string> {
  const reached = new Set<string>();
  const pending = [...roots];
  for (let digest = pending.pop(); digest !== undefined; digest = pending.pop()) {
    if (reached.has(digest) || (alive !== null && !alive.has(digest))) continue;
    reached.add(digest);
    for (const reference of record.references.get(digest) ?? [])
      if (record.references.has(reference)) pending.push(reference);
  }
  return reached;
}
