import type { Artifact, TagFact } from "@/domain/rules/facts";
import { loadPinTexts } from "@/server/images/load-pin-texts";
import { loadSpaceFacts } from "@/server/images/load-space-facts";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import type { RepositoryViews, SeenManifest } from "./repository-view";

/**
 * The facts of one repository right before something is removed from it: the inventory, corrected by what the registry's tags
 * lead to now. Tags of the given digests are read afresh. What only the registry knows counts as pushed just now.
 */
export async function freshFacts(
  scope: WorkspaceScope,
  views: RepositoryViews,
  place: { spaceId: string; repositoryName: string },
  digests: ReadonlySet<string>,
  signal?: AbortSignal,
): Promise<Artifact[]> {
  const known = await loadSpaceFacts(scope, place.spaceId, place.repositoryName);
  const claimed = new Map<string, string>();
  for (const { digest, tags } of known) for (const tag of tags) claimed.set(tag.name, digest);
  const view = await views.see(
    place.repositoryName,
    (tag, lastSeen) => {
      const claim = claimed.get(tag);
      // Where the two disagree one of them is out of date.
      return lastSeen !== claim || (claim !== undefined && digests.has(claim));
    },
    signal,
  );
  const nowMs = Date.now();
  const tagsOf = new Map<string, TagFact[]>();
  const knownTags = new Map(known.flatMap(({ digest, tags }) => tags.map((tag) => [`${digest}:${tag.name}`, tag])));
  for (const [name, digest] of view.tags) {
    const tag = knownTags.get(`${digest}:${name}`) ?? { name, pushedAt: nowMs };
    const tags = tagsOf.get(digest);
    if (tags === undefined) tagsOf.set(digest, [tag]);
    else tags.push(tag);
  }
  const facts = known.map((artifact): Artifact => ({ ...artifact, tags: tagsOf.get(artifact.digest) ?? [] }));
  // A pin names a digest: it holds for one that comes back before the inventory knows.
  const pinTextOf = await loadPinTexts(place.spaceId, place.repositoryName);
  const listed = new Set(known.map((artifact) => artifact.digest));
  for (const manifest of reachable(view.tags.values(), view.manifests)) {
    if (listed.has(manifest.digest)) continue;
    const pinText = pinTextOf(place.repositoryName, manifest.digest);
    facts.push(unknownArtifact(place.repositoryName, manifest, tagsOf.get(manifest.digest) ?? [], nowMs, pinText));
  }
  return facts;
}

/** A view remembers manifests of tags that have moved on: only those that a tag leads to now are facts. */
function reachable(tops: Iterable<string>, manifests: ReadonlyMap<string, SeenManifest>): SeenManifest[] {
  const seen = new Map<string, SeenManifest>();
  const pending = [...tops];
  for (let digest = pending.pop(); digest !== undefined; digest = pending.pop()) {
    const manifest = manifests.get(digest);
    if (manifest === undefined || seen.has(digest)) continue;
    seen.set(digest, manifest);
    pending.push(...manifest.children);
  }
  return [...seen.values()];
}

function unknownArtifact(
  repositoryName: string,
  manifest: SeenManifest,
  tags: Artifact["tags"],
  nowMs: number,
  pinText: string | null,
): Artifact {
  return {
    repositoryName,
    digest: manifest.digest,
    kind: manifest.kind,
    mediaType: manifest.mediaType,
    tags,
    pushedAt: nowMs,
    lastPulledAt: null,
    createdAt: null,
    untaggedSince: null,
    isPinned: pinText !== null,
    pinText,
    immutableTags: [],
    inUseBy: [],
    children: manifest.children,
    subject: manifest.subject,
    missingChildren: 0,
    isUnreadable: manifest.isUnreadable,
    blobs: [],
  };
}
