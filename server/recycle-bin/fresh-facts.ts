import { parseManifest } from "@/domain/images/parse-manifest";
import { subjectOfFallbackTag } from "@/domain/images/referrer-tag";
import type { Artifact, TagFact } from "@/domain/rules/facts";
import { loadNeighbourFacts, type NeighbourFacts } from "@/server/images/load-neighbour-facts";
import type { Move } from "./move";
import type { RepositoryLook, RepositoryView } from "./repository-view";

/** The facts around some images right before something of them is removed, and where every tag of the repository led at that moment. */
export interface FreshFacts extends RepositoryLook {
  artifacts: Artifact[];
}

/**
 * Looks at some images of a repository: the inventory around them, corrected by where the registry's tags lead now. Tags of the given
 * digests are read afresh. What only the registry knows counts as pushed just now. Decides alike as facts of the whole repository would.
 * `isStrict`: see `RepositoryViews`.
 */
export async function freshFacts(
  move: Pick<Move, "space" | "sight" | "views" | "signal">,
  repositoryName: string,
  digests: ReadonlySet<string>,
  isStrict = false,
): Promise<FreshFacts> {
  const { space, views, signal } = move;
  const { id: spaceId, workspaceId } = space;
  const known = await loadNeighbourFacts({ workspaceId, spaceId, repositoryName });
  const claimed = known.tagTargets;
  const { names, tags } = await views.see(
    repositoryName,
    (tag, lastSeen) => {
      const claim = claimed.get(tag);
      // Where the two disagree one of them is out of date.
      return lastSeen !== claim || (claim !== undefined && digests.has(claim));
    },
    signal,
    isStrict,
  );
  const changed = [...differencesOf(claimed, tags)];
  const around = await known.around([...digests, ...changed]);
  const nowMs = Date.now();
  const tagsOf = tagFacts(tags, around, nowMs);
  const artifacts = around.map((artifact): Artifact => ({ ...artifact, tags: tagsOf.get(artifact.digest) ?? [] }));
  const held = new Set(artifacts.map((artifact) => artifact.digest));
  const tops = [...new Set(tags.values()), ...(await untaggedStrangers(move, repositoryName, known))];
  // A pin names a digest: it holds for one that comes back before the inventory knows.
  for (const manifest of await readUnknown(move, repositoryName, tops, held, claimed)) {
    artifacts.push({
      ...manifest,
      ...{ repositoryName, tags: tagsOf.get(manifest.digest) ?? [], pushedAt: nowMs },
      isPinned: known.pinTextOf(manifest.digest) !== null,
      pinText: known.pinTextOf(manifest.digest),
    });
  }
  return { artifacts, names, tags };
}

/**
 * What the registry has and the inventory does not, tagged or not: an index that lost its tag to the next push, while nobody was told of
 * either, needs its children all the same. Only the storage tells.
 */
async function untaggedStrangers(
  { sight, signal }: Pick<Move, "sight" | "signal">,
  repositoryName: string,
  known: NeighbourFacts,
): Promise<string[]> {
  const present = await sight.listManifests(repositoryName, signal);
  return present === null ? [] : known.strangersAmong(present);
}

/** Digests whose tags, or whose belonging together, are not as the inventory has them. */
function* differencesOf(claimed: ReadonlyMap<string, string>, tags: RepositoryView): Generator<string> {
  for (const [name, digest] of tags) {
    const claim = claimed.get(name);
    if (claim === digest) continue;
    yield digest;
    if (claim !== undefined) yield claim;
    const subject = subjectOfFallbackTag(name);
    if (subject !== null) yield subject;
  }
  for (const [name, digest] of claimed) if (!tags.has(name)) yield digest;
}

/** The tags of each digest as the registry has them, with the times of the inventory. */
function tagFacts(tags: RepositoryView, around: readonly Artifact[], nowMs: number): Map<string, TagFact[]> {
  const knownTags = new Map(around.flatMap(({ digest, tags }) => tags.map((tag) => [`${digest}:${tag.name}`, tag])));
  const tagsOf = new Map<string, TagFact[]>();
  for (const [name, digest] of tags) {
    const tag = knownTags.get(`${digest}:${name}`) ?? { name, pushedAt: nowMs };
    const own = tagsOf.get(digest);
    if (own === undefined) tagsOf.set(digest, [tag]);
    else own.push(tag);
  }
  return tagsOf;
}

type Unknown = Omit<Artifact, "repositoryName" | "tags" | "pushedAt" | "isPinned" | "pinText">;

/** What tags lead to, through indexes too, that the inventory does not hold. */
async function readUnknown(
  { sight, signal }: Pick<Move, "sight" | "signal">,
  repositoryName: string,
  tops: readonly string[],
  held: ReadonlySet<string>,
  claimed: ReadonlyMap<string, string>,
): Promise<Unknown[]> {
  // Whatever a tag of the inventory leads to stands in it.
  const seen = new Set([...held, ...claimed.values()]);
  const pending = tops.filter((digest) => !seen.has(digest));
  const found: Unknown[] = [];
  for (let digest = pending.pop(); digest !== undefined; digest = pending.pop()) {
    if (seen.has(digest)) continue;
    seen.add(digest);
    const raw = await sight.readManifest(repositoryName, digest, signal);
    if (raw === null) continue;
    const parsed = parseManifest(raw.body, raw.mediaType);
    const children = parsed.ok ? parsed.manifest.children.map((child) => child.digest) : [];
    pending.push(...children);
    found.push({
      digest,
      kind: parsed.ok ? parsed.manifest.kind : "unknown",
      mediaType: raw.mediaType,
      ...{ lastPulledAt: null, createdAt: null, untaggedSince: null },
      ...{ immutableTags: [], inUseBy: [], blobs: [], missingChildren: 0 },
      children,
      subject: parsed.ok ? (parsed.manifest.subject?.digest ?? null) : null,
      isUnreadable: !parsed.ok,
    });
  }
  return found;
}
