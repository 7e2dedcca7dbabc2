import { forEachLimited } from "@/server/platform/registry/for-each-limited";
import type { RegistryAdapter } from "@/server/platform/registry/registry-adapter";
import { RegistryError } from "@/server/platform/registry/registry-error";
import type { ManifestRow } from "./inventory.store";
import { keepFoundManifests } from "./keep-found-manifests";
import { manifestRow } from "./manifest-row";
import type { ReadRequest, RepositoryReading } from "./repository-reading";
import { findChildren } from "./snapshot.store";

/** More at a time gain nothing: the registry's own work is the limit. */
const CONCURRENCY = 16;
const QUESTIONS_PER_WRITE = 256;
const BYTES_PER_WRITE = 8 * 1024 * 1024;
const CONFIG_BYTES_MAX = 8 * 1024 * 1024;
/** Known manifests without a tag are asked for in turns, by the first digit of their digest. */
const TURNS = 16;
const TURN_MS = 30 * 60_000;

/**
 * Asks the registry for tags and what they lead to, always with GET: one answer says where a tag points and what is there. What a
 * listing leaves out is asked for by name before it counts as gone, since some registries' listings drop entries.
 */
export async function readOverApi(
  adapter: RegistryAdapter,
  request: ReadRequest,
  now: () => number,
): Promise<RepositoryReading> {
  const { registryId, name, known, check, signal } = request;
  const listed = await adapter.listTags(name, signal);
  const questions = new Questions(adapter, request);

  const checkedTags = tagsToAsk(request, listed);
  const answers = await questions.ask(checkedTags);
  const tags = new Map(known.tags);
  for (const [tag, digest] of answers) {
    if (digest === null) tags.delete(tag);
    else tags.set(tag, digest);
  }
  const found = new Set([...answers.values()].filter((digest) => digest !== null));

  // Manifests that no answer has shown: those that lost their tag now, those named, and of the others a share.
  const tagged = new Set(tags.values());
  const turn = Math.floor(now() / TURN_MS) % TURNS;
  const isTheirTurn = (digest: string) => check === "all" || Number.parseInt(digest.at(-1) ?? "0", 16) === turn;
  const lostTag = [...known.tags].filter(([tag, digest]) => tags.get(tag) !== digest).map(([, digest]) => digest);
  const named = check === "all" ? [] : (check.digests ?? []);
  const doubtful = new Set([...lostTag.filter((digest) => !tagged.has(digest)), ...named]);
  // Those with a tag have their turn with it.
  for (const digest of known.digests) if (!tagged.has(digest) && isTheirTurn(digest)) doubtful.add(digest);
  for (const digest of found) doubtful.delete(digest);

  // Children that nobody has asked for, level by level.
  const digests = new Set([...known.digests, ...found]);
  let parents = [...found].filter((digest) => !known.digests.has(digest) || isTheirTurn(digest));
  let next = [...doubtful];
  while (next.length > 0 || parents.length > 0) {
    for (const child of await findChildren(registryId, parents)) {
      if (!digests.has(child) && !questions.isAsked(child)) next.push(child);
    }
    const present: string[] = [];
    for (const [digest, answer] of await questions.ask([...new Set(next)])) {
      if (answer === null) digests.delete(digest);
      else {
        if (!known.digests.has(digest)) present.push(digest);
        digests.add(digest);
      }
    }
    parents = present;
    next = [];
  }
  const pushedAt = new Date(now());
  return {
    digests: new Map([...digests].map((digest) => [digest, pushedAt])),
    tags,
    checkedTags,
    manifestsRead: questions.manifestsRead,
    healed: [...known.unreadable].filter((digest) => questions.isRead(digest)),
  };
}

/** New names, known ones that the listing leaves out, those that were named, and the share that was asked for longest ago. */
function tagsToAsk({ known, check }: ReadRequest, listed: readonly string[]): string[] {
  if (check === "all") return [...new Set([...listed, ...known.tags.keys()])];
  const isListed = new Set(listed);
  const ask = new Set(listed.filter((tag) => !known.tags.has(tag)));
  for (const tag of known.tags.keys()) if (!isListed.has(tag)) ask.add(tag);
  for (const tag of check.tags ?? []) ask.add(tag);
  let share = Math.ceil(known.tags.size * check.share);
  for (const tag of known.tags.keys()) {
    if (share-- <= 0) break;
    ask.add(tag);
  }
  return [...ask];
}

/** Asks for tags and digests, some at a time, and keeps the manifests that come back. */
class Questions {
  manifestsRead = 0;
  readonly #asked = new Set<string>();
  readonly #read = new Set<string>();

  constructor(
    private readonly adapter: RegistryAdapter,
    private readonly request: ReadRequest,
  ) {}

  isAsked(reference: string): boolean {
    return this.#asked.has(reference);
  }

  /** Whether this manifest came back and was understood. */
  isRead(digest: string): boolean {
    return this.#read.has(digest);
  }

  /** Reference → the digest that answered; null = there is nothing. Every failure is thrown. */
  async ask(references: readonly string[]): Promise<Map<string, string | null>> {
    const answers = new Map<string, string | null>();
    let left = [...references];
    while (left.length > 0) {
      const batch = left.splice(0, QUESTIONS_PER_WRITE);
      left = [...(await this.#askBatch(batch, answers)), ...left];
    }
    return answers;
  }

  /** @returns those that were not asked because the answers grew too large to hold at once */
  async #askBatch(references: readonly string[], answers: Map<string, string | null>): Promise<string[]> {
    const { registryId, name, known, signal } = this.request;
    const rows = new Map<string, ManifestRow>();
    const postponed: string[] = [];
    let bytes = 0;
    await forEachLimited(
      references,
      CONCURRENCY,
      async (reference) => {
        if (bytes >= BYTES_PER_WRITE) {
          postponed.push(reference);
          return;
        }
        const manifest = await this.adapter.getManifest(name, reference, signal);
        this.#asked.add(reference);
        answers.set(reference, manifest?.digest ?? null);
        if (manifest === null) return;
        this.#asked.add(manifest.digest);
        const isKnown = known.digests.has(manifest.digest) && !known.unreadable.has(manifest.digest);
        if (isKnown || rows.has(manifest.digest)) return;
        bytes += manifest.body.byteLength;
        rows.set(manifest.digest, manifestRow(manifest.digest, manifest.mediaType, manifest.body, null));
      },
      signal,
    );
    if (rows.size === 0) return postponed;
    const readConfig = (digest: string) => this.#readConfig(digest);
    const fresh = await keepFoundManifests(registryId, [...rows.values()], readConfig, CONCURRENCY, signal);
    this.manifestsRead += fresh.size;
    for (const row of rows.values()) if (row.unreadableReason === null) this.#read.add(row.digest);
    return postponed;
  }

  async #readConfig(digest: string): Promise<Uint8Array | null> {
    const { name, signal } = this.request;
    try {
      return await this.adapter.getBlob(name, digest, CONFIG_BYTES_MAX, signal);
    } catch (error) {
      // Too large, or not what its digest says: no reason to leave the image out. A registry that does not answer is one.
      if (error instanceof RegistryError && error.kind === "protocol") return null;
      throw error;
    }
  }
}
