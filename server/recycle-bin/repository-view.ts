import { parseManifest } from "@/domain/images/parse-manifest";
import { forEachLimited } from "@/server/platform/registry/for-each-limited";
import type { RawManifest, RegistryAdapter } from "@/server/platform/registry/registry-adapter";

/** A manifest that a tag leads to, as the registry has it now. */
export interface SeenManifest {
  digest: string;
  mediaType: string;
  kind: "image" | "index" | "unknown";
  children: string[];
  subject: string | null;
  isUnreadable: boolean;
}

export interface RepositoryView {
  /** tag → digest */
  tags: ReadonlyMap<string, string>;
  /** Every manifest that a tag leads to, through indexes too. */
  manifests: ReadonlyMap<string, SeenManifest>;
}

interface Look {
  startedAtMs: number;
  durationMs: number;
  tags: Map<string, string>;
  manifests: Map<string, SeenManifest>;
}

const PARALLEL_READS = 16;
const AGE_MIN_MS = 2_000;
/** A look may grow as old as a few times what it cost, so that looking never takes most of a run. */
const AGE_FACTOR = 4;

/**
 * What the tags of repositories lead to, read from the registry: the inventory learns of a push by a notification, which may be late
 * or lost. Reading every tag for every item would cost the square of a repository, so a look is used for a short time; names
 * that are new, and those that the caller asks for, are read each time. The registry knows no conditional deletion, so that
 * a push in the very moment of one is seen by nobody in any case.
 */
export class RepositoryViews {
  readonly #looks = new Map<string, Look>();

  constructor(private readonly adapter: RegistryAdapter) {}

  /** The view of a repository; the tags for which `mustBeFresh` says so are read now. */
  async see(
    repository: string,
    mustBeFresh: (tag: string, lastSeen: string | undefined) => boolean,
    signal?: AbortSignal,
  ): Promise<RepositoryView> {
    const names = await this.adapter.listTags(repository, signal);
    let look = this.#looks.get(repository);
    const isOld =
      look === undefined || Date.now() - look.startedAtMs > Math.max(AGE_MIN_MS, AGE_FACTOR * look.durationMs);
    if (look === undefined || isOld) {
      look = { startedAtMs: Date.now(), durationMs: 0, tags: new Map(), manifests: new Map() };
      await this.#read(repository, look, names, signal);
      look.durationMs = Date.now() - look.startedAtMs;
      this.#looks.set(repository, look);
    } else {
      const { tags } = look;
      await this.#read(
        repository,
        look,
        names.filter((name) => !tags.has(name) || mustBeFresh(name, tags.get(name))),
        signal,
      );
    }
    const { tags, manifests } = look;
    const present = new Set(names);
    return { tags: new Map([...tags].filter(([name]) => present.has(name))), manifests };
  }

  async #read(repository: string, look: Look, names: readonly string[], signal?: AbortSignal): Promise<void> {
    await forEachLimited(
      names,
      PARALLEL_READS,
      async (name) => {
        const raw = await this.adapter.getManifest(repository, name);
        if (raw === null) {
          look.tags.delete(name);
          return;
        }
        look.tags.set(name, raw.digest);
        await this.#remember(repository, look, raw);
      },
      signal,
    );
  }

  async #remember(repository: string, look: Look, raw: RawManifest): Promise<void> {
    if (look.manifests.has(raw.digest)) return;
    const parsed = parseManifest(raw.body, raw.mediaType);
    const { digest, mediaType } = raw;
    if (!parsed.ok) {
      look.manifests.set(digest, {
        digest,
        mediaType,
        kind: "unknown",
        children: [],
        subject: null,
        isUnreadable: true,
      });
      return;
    }
    const { kind, children, subject } = parsed.manifest;
    const childDigests = children.map((child) => child.digest);
    look.manifests.set(digest, {
      ...{ digest, mediaType, kind, isUnreadable: false },
      ...{ children: childDigests, subject: subject?.digest ?? null },
    });
    if (kind === "image") return;
    for (const child of childDigests) {
      if (look.manifests.has(child)) continue;
      const body = await this.adapter.getManifest(repository, child);
      if (body !== null) await this.#remember(repository, look, body);
    }
  }
}
