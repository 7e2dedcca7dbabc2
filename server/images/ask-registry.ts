import { isDigest } from "@/domain/images/digest";
import { forEachLimited } from "@/server/platform/registry/for-each-limited";
import type { RawManifest, RegistryAdapter } from "@/server/platform/registry/registry-adapter";
import { RegistryError } from "@/server/platform/registry/registry-error";
import type { ManifestRow } from "./inventory.store";
import { keepFoundManifests } from "./keep-found-manifests";
import { manifestRow, unreadableRow } from "./manifest-row";
import type { ReadRequest } from "./repository-reading";

/** More at a time gain nothing: the registry's own work is the limit. */
const CONCURRENCY = 16;
const QUESTIONS_PER_WRITE = 256;
const BYTES_PER_WRITE = 8 * 1024 * 1024;
const CONFIG_BYTES_MAX = 8 * 1024 * 1024;

/** Asks a repository for tags and digests, some at a time, and keeps the manifests that come back. */
export function askRegistry(adapter: RegistryAdapter, request: ReadRequest): Questions {
  return new Questions(adapter, request);
}

class Questions {
  manifestsRead = 0;
  /** Digests that were asked for by themselves. */
  readonly askedDigests = new Set<string>();
  /** What could not be read though the registry has it: how many, and what the first of them was. */
  refusal: { count: number; first: string } | null = null;
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

  /**
   * Reference → the digest that answered; null = there is nothing. A manifest that the registry has and that cannot be read (too large,
   * not what its digest says) is recorded as such and protects what is around it; a reference of which nothing is known has no answer
   * then. Every other failure is thrown.
   */
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
    const { registryId, known, signal } = this.request;
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
        const answer = await this.#get(reference);
        this.#asked.add(reference);
        if (isDigest(reference)) this.askedDigests.add(reference);
        if (answer === "unknown") return;
        const digest = answer?.digest ?? null;
        answers.set(reference, digest);
        if (answer === null || digest === null) return;
        this.#asked.add(digest);
        const isKnown = known.digests.has(digest) && !known.unreadable.has(digest);
        if (isKnown || rows.has(digest)) return;
        if ("unreadableReason" in answer) rows.set(digest, answer);
        else {
          bytes += answer.body.byteLength;
          rows.set(digest, manifestRow(digest, answer.mediaType, answer.body, null));
        }
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

  /** What there is; of what cannot be read, as much as is known without its body. */
  async #get(reference: string): Promise<RawManifest | ManifestRow | "unknown" | null> {
    const { name, known, signal } = this.request;
    try {
      return await this.adapter.getManifest(name, reference, signal);
    } catch (error) {
      if (!isProtocolError(error)) throw error;
      this.refusal = { count: (this.refusal?.count ?? 0) + 1, first: this.refusal?.first ?? error.message };
      const digest = isDigest(reference) ? reference : ((await this.#resolve(reference)) ?? known.tags.get(reference));
      return digest === undefined ? "unknown" : unreadableRow(digest, "", 0, error.message);
    }
  }

  /** Where a tag points, without the manifest itself; null where the registry does not tell. */
  async #resolve(tag: string): Promise<string | null> {
    try {
      return (await this.adapter.resolve(this.request.name, tag))?.digest ?? null;
    } catch (error) {
      if (isProtocolError(error)) return null;
      throw error;
    }
  }

  async #readConfig(digest: string): Promise<Uint8Array | null> {
    const { name, signal } = this.request;
    try {
      return await this.adapter.getBlob(name, digest, CONFIG_BYTES_MAX, signal);
    } catch (error) {
      // Too large, or not what its digest says: no reason to leave the image out. A registry that does not answer is one.
      if (isProtocolError(error)) return null;
      throw error;
    }
  }
}

function isProtocolError(error: unknown): error is RegistryError {
  return error instanceof RegistryError && error.kind === "protocol";
}
