import type { RegistryAdapter } from "@/server/platform/registry/registry-adapter";
import { askRegistry } from "./ask-registry";
import type { ReadRequest, RepositoryReading } from "./repository-reading";
import { findChildren } from "./snapshot.store";

/**
 * Asks the registry for tags and what they lead to, always with GET: one answer says where a tag points and what is there. What a
 * listing leaves out is asked for by name before it counts as gone, since some registries' listings drop entries.
 */
export async function readOverApi(
  adapter: RegistryAdapter,
  request: ReadRequest,
  now: () => number,
): Promise<RepositoryReading> {
  const { registryId, name, known, signal } = request;
  const listed = await adapter.listTags(name, signal);
  const questions = askRegistry(adapter, request);
  const digests = new Set(known.digests);
  const tags = new Map(known.tags);
  const checkedTags = new Set<string>();

  /** @returns the digests that answered */
  const askTags = async (names: readonly string[]): Promise<string[]> => {
    const found: string[] = [];
    for (const [tag, digest] of await questions.ask(names)) {
      checkedTags.add(tag);
      if (digest === null) tags.delete(tag);
      else {
        tags.set(tag, digest);
        digests.add(digest);
        found.push(digest);
      }
    }
    return found;
  };

  // Children that nobody has asked for, level by level.
  let parents = await askTags(tagsToAsk(request, listed));
  let next = doubtfulDigests(request, tags).filter((digest) => !questions.isAsked(digest));
  while (next.length > 0 || parents.length > 0) {
    for (const child of await findChildren(registryId, parents)) {
      if (!digests.has(child) && !questions.isAsked(child)) next.push(child);
    }
    parents = [];
    const gone = new Set<string>();
    for (const [digest, answer] of await questions.ask([...new Set(next)])) {
      if (answer !== null && !known.digests.has(digest)) parents.push(digest);
      if (answer !== null) digests.add(digest);
      else {
        digests.delete(digest);
        gone.add(digest);
      }
    }
    next = [];
    // A tag of what is gone may have moved on unnoticed: it is not gone because of that.
    const left = [...tags].filter(([tag, digest]) => gone.has(digest) && !checkedTags.has(tag)).map(([tag]) => tag);
    parents.push(...(await askTags(left)));
  }
  const pushedAt = new Date(now());
  return {
    digests: new Map([...digests].map((digest) => [digest, pushedAt])),
    tags,
    checkedTags: [...checkedTags],
    checkedDigests: [...questions.askedDigests].filter((digest) => known.digests.has(digest)),
    manifestsRead: questions.manifestsRead,
    healed: [...known.unreadable].filter((digest) => questions.isRead(digest)),
    refusal: questions.refusal,
  };
}

/** New names, known ones that the listing leaves out, those that were named, and the share that was asked for longest ago. */
function tagsToAsk({ known, check }: ReadRequest, listed: readonly string[]): string[] {
  if (check === "all") return [...new Set([...listed, ...known.tags.keys()])];
  const isListed = new Set(listed);
  const ask = new Set(listed.filter((tag) => !known.tags.has(tag)));
  for (const tag of known.tags.keys()) if (!isListed.has(tag)) ask.add(tag);
  for (const tag of check.tags ?? []) ask.add(tag);
  for (const tag of firstShare([...known.tags.keys()], check.share)) ask.add(tag);
  return [...ask];
}

/** Manifests to ask for by digest: those that lost their tag now, those named, and of the others without a tag a share. */
function doubtfulDigests({ known, check }: ReadRequest, tags: ReadonlyMap<string, string>): string[] {
  const tagged = new Set(tags.values());
  const lostTag = [...known.tags].filter(([tag, digest]) => tags.get(tag) !== digest).map(([, digest]) => digest);
  // Those with a tag have their turn with it.
  const untagged = [...known.digests].filter((digest) => !tagged.has(digest));
  const named = check === "all" ? [] : (check.digests ?? []);
  const inTurn = check === "all" ? untagged : firstShare(untagged, check.share);
  return [...new Set([...lostTag.filter((digest) => !tagged.has(digest)), ...named, ...inTurn])];
}

/** Of names in the order in which they were asked for, the share that was asked for longest ago. */
function firstShare(names: readonly string[], share: number): readonly string[] {
  return names.slice(0, Math.ceil(names.length * share));
}
