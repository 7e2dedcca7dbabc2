// A slow and obvious model of a registry, to compare the inventory's SQL with: sets, loops, and no cleverness.
import { subjectOfFallbackTag } from "@/domain/images/referrer-tag";

export interface ModelManifest {
  digest: string;
  kind: "image" | "index";
  bytes: number;
  children: string[];
  subject: string | null;
  blobs: { digest: string; bytes: number }[];
}

export interface ModelRepository {
  id: string;
  name: string;
  manifests: Set<string>;
  tags: Map<string, string>;
}

export interface ModelRegistry {
  manifests: Map<string, ModelManifest>;
  repositories: ModelRepository[];
  /** manifests in a bin */
  bin: Set<string>;
}

export interface ModelImage {
  repositoryName: string;
  digest: string;
  tags: string[];
  childCount: number;
  referrerCount: number;
  logicalBytes: number;
  uniqueBytes: number;
  health: "whole" | "partial" | "ghost";
  missing: string[];
}

/** Referrers of a digest in a repository: by `subject` (only those it has), and by fallback tag. */
function referrersOf(registry: ModelRegistry, repository: ModelRepository, digest: string): string[] {
  const bySubject = [...repository.manifests].filter((one) => registry.manifests.get(one)?.subject === digest);
  const byTag = [...repository.tags]
    .filter(([name]) => subjectOfFallbackTag(name) === digest)
    .map(([, target]) => target);
  return [...bySubject, ...byTag];
}

const childrenOf = (registry: ModelRegistry, digest: string) => registry.manifests.get(digest)?.children ?? [];

/** Everything that hangs in a manifest, with whether the way there leads through a referrer. */
function membersOf(
  registry: ModelRegistry,
  repository: ModelRepository,
  top: string,
): Map<string, "child" | "referrer"> {
  const found = new Map<string, "child" | "referrer">();
  const seen = new Set<string>();
  const pending = [{ digest: top, isBelowReferrer: false }];
  for (let one = pending.pop(); one !== undefined; one = pending.pop()) {
    const { digest, isBelowReferrer } = one;
    if (seen.has(`${digest} ${isBelowReferrer}`)) continue;
    seen.add(`${digest} ${isBelowReferrer}`);
    if (digest !== top && found.get(digest) !== "child") found.set(digest, isBelowReferrer ? "referrer" : "child");
    pending.push(...childrenOf(registry, digest).map((child) => ({ digest: child, isBelowReferrer })));
    pending.push(
      ...referrersOf(registry, repository, digest).map((other) => ({ digest: other, isBelowReferrer: true })),
    );
  }
  return found;
}

function isTop(registry: ModelRegistry, repository: ModelRepository, digest: string): boolean {
  const hasTag = [...repository.tags.values()].includes(digest);
  const isListed = [...repository.manifests].some((parent) => childrenOf(registry, parent).includes(digest));
  if (isListed && !hasTag) return false;
  const subject = registry.manifests.get(digest)?.subject;
  if (subject && repository.manifests.has(subject)) return false;
  return ![...repository.tags].some(([name, target]) => {
    const named = subjectOfFallbackTag(name);
    return target === digest && named !== null && repository.manifests.has(named);
  });
}

/** Digest → bytes of a manifest and what it holds. */
function contentOf(registry: ModelRegistry, digests: Iterable<string>): Map<string, number> {
  const content = new Map<string, number>();
  for (const digest of digests) {
    const manifest = registry.manifests.get(digest);
    if (!manifest) continue;
    content.set(digest, manifest.bytes);
    for (const blob of manifest.blobs) content.set(blob.digest, blob.bytes);
  }
  return content;
}

const sum = (content: Map<string, number>) => [...content.values()].reduce((total, bytes) => total + bytes, 0);

/** What a collection finds in use: what these manifests hold, and what they name, be it a child that no repository has. */
function usedBy(registry: ModelRegistry, digests: readonly string[]): Set<string> {
  const named = digests.flatMap((digest) => {
    const manifest = registry.manifests.get(digest);
    return [...(manifest?.children ?? []), ...(manifest?.subject ? [manifest.subject] : [])];
  });
  return new Set([...contentOf(registry, digests).keys(), ...named]);
}

/** Everything that stands in the storage for good reason: of all repositories, and of the bin. */
function live(registry: ModelRegistry): { inRepositories: Set<string>; inBin: Set<string> } {
  return {
    inRepositories: usedBy(
      registry,
      registry.repositories.flatMap((repository) => [...repository.manifests]),
    ),
    inBin: usedBy(registry, [...registry.bin]),
  };
}

/** The registry without some manifests of some repositories. */
function without(registry: ModelRegistry, going: ReadonlyMap<string, ReadonlySet<string>>): ModelRegistry {
  return {
    ...registry,
    repositories: registry.repositories.map((repository) => ({
      ...repository,
      manifests: new Set([...repository.manifests].filter((digest) => !going.get(repository.id)?.has(digest))),
    })),
  };
}

export function imagesOf(registry: ModelRegistry, repository: ModelRepository): ModelImage[] {
  return [...repository.manifests]
    .filter((digest) => isTop(registry, repository, digest))
    .map((digest) => {
      const members = membersOf(registry, repository, digest);
      const present = [digest, ...members.keys()].filter((one) => repository.manifests.has(one));
      const alone = measureModel(registry, [{ repositoryId: repository.id, digest }], new Set());
      const children = [...members].filter(([, role]) => role === "child").map(([one]) => one);
      const direct = [...new Set(childrenOf(registry, digest))];
      const directMissing = direct.filter((one) => !repository.manifests.has(one));
      const missing = children.filter((one) => !repository.manifests.has(one)).sort();
      return {
        repositoryName: repository.name,
        digest,
        tags: [...repository.tags]
          .filter(([, target]) => target === digest)
          .map(([name]) => name)
          .sort(),
        childCount: children.length,
        referrerCount: [...members].filter(([one, role]) => role === "referrer" && repository.manifests.has(one))
          .length,
        logicalBytes: sum(contentOf(registry, present)),
        uniqueBytes: alone.freedBytes,
        health:
          direct.length > 0 && directMissing.length === direct.length
            ? "ghost"
            : missing.length > 0
              ? "partial"
              : "whole",
        missing,
      };
    });
}

/**
 * What would happen if these images went: those that are pinned or have a pinned part stay whole; what an image outside needs stays, with all
 * that hangs in it.
 */
export function measureModel(
  registry: ModelRegistry,
  chosen: readonly { repositoryId: string; digest: string }[],
  pinned: ReadonlySet<string>,
): {
  pinned: number;
  parts: number;
  storedBytes: number;
  freedBytes: number;
  heldByBinBytes: number;
  sharedBytes: number;
} {
  let held = 0;
  let needed = 0;
  const going = new Map<string, Set<string>>();
  for (const repository of registry.repositories) {
    const picked = chosen.filter((one) => one.repositoryId === repository.id).map((one) => one.digest);
    const parts = new Set(
      picked
        .flatMap((digest) => [digest, ...membersOf(registry, repository, digest).keys()])
        .filter((digest) => repository.manifests.has(digest)),
    );
    const staying = new Set(
      [...parts].filter(
        (digest) =>
          (!picked.includes(digest) && isTop(registry, repository, digest)) ||
          [...repository.manifests].some(
            (parent) => !parts.has(parent) && childrenOf(registry, parent).includes(digest),
          ),
      ),
    );
    const pinnedTops = new Set<string>();
    for (const top of new Set(picked)) {
      const whole = [top, ...membersOf(registry, repository, top).keys()];
      if (!whole.some((digest) => repository.manifests.has(digest) && pinned.has(`${repository.name}@${digest}`)))
        continue;
      staying.add(top);
      pinnedTops.add(top);
      held++;
    }
    for (const digest of [...staying])
      for (const below of membersOf(registry, repository, digest).keys()) staying.add(below);
    needed += [...new Set(picked)].filter((top) => parts.has(top) && staying.has(top) && !pinnedTops.has(top)).length;
    going.set(repository.id, new Set([...parts].filter((digest) => !staying.has(digest))));
  }
  const content = contentOf(
    registry,
    [...going.values()].flatMap((digests) => [...digests]),
  );
  const after = live(without(registry, going));
  const of = (isWanted: (digest: string) => boolean) =>
    sum(new Map([...content].filter(([digest]) => isWanted(digest))));
  return {
    pinned: held,
    parts: needed,
    storedBytes: sum(content),
    sharedBytes: of((digest) => after.inRepositories.has(digest)),
    heldByBinBytes: of((digest) => !after.inRepositories.has(digest) && after.inBin.has(digest)),
    freedBytes: of((digest) => !after.inRepositories.has(digest) && !after.inBin.has(digest)),
  };
}
