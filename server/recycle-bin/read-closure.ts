import { type ParsedManifest, parseManifest } from "@/domain/images/parse-manifest";
import type { RawManifest } from "@/server/platform/registry/registry-adapter";
import type { RegistrySight } from "./registry-sight";

type ManifestRole = "top" | "child" | "referrer";

interface ClosureManifest {
  raw: RawManifest;
  role: ManifestRole;
  parsed: ParsedManifest;
}

/** An image whole, as the registry has it. `manifests` in the order of PUT: what is listed comes before what lists it. */
export interface ImageClosure {
  manifests: ClosureManifest[];
  /** Bytes of its manifests, configs and layers, each counted once. */
  sizeBytes: number;
}

/** A part of the image is not in the registry, or cannot be read: it could not be restored whole, so it is left alone. */
export class IncompleteImage extends Error {
  override readonly name = "IncompleteImage";
}

/** How many bytes the manifests of images that are read together may take, in memory. */
export class ManifestBudget {
  constructor(private left = 256 * 1024 * 1024) {}

  /** @throws IncompleteImage past it */
  take(bytes: number): void {
    this.left -= bytes;
    if (this.left < 0) throw new IncompleteImage("the manifests of it and its parts are too large to be moved");
  }
}

/**
 * Reads an image from the registry itself: its manifest, its children through every index, and its referrers, by fallback tag
 * (`fallbackTags`: those of the repository, by subject) and by `subject` (`findReferrers`: manifests known to have one of these subjects).
 * Null where the image is gone.
 * @throws IncompleteImage, RegistryError
 */
export async function readClosure(
  sight: RegistrySight,
  repository: string,
  digest: string,
  known: {
    fallbackTags: ReadonlyMap<string | null, readonly string[]>;
    findReferrers(subjects: readonly string[]): Promise<string[]>;
    budget: ManifestBudget;
  },
): Promise<ImageClosure | null> {
  const reader = new ClosureReader(sight, repository, known.budget);
  if (!(await reader.readTop(digest))) return null;
  const asked = new Set<string>();
  for (;;) {
    const subjects = reader.digests().filter((one) => !asked.has(one));
    if (subjects.length === 0) break;
    for (const subject of subjects) {
      asked.add(subject);
      for (const tag of known.fallbackTags.get(subject) ?? []) await reader.readReferrer(tag);
    }
    for (const referrer of await known.findReferrers(subjects)) await reader.readReferrer(referrer);
  }
  return { manifests: reader.manifests, sizeBytes: sizeOf(reader.manifests) };
}

class ClosureReader {
  readonly manifests: ClosureManifest[] = [];
  readonly #seen = new Set<string>();

  constructor(
    private readonly sight: RegistrySight,
    private readonly repository: string,
    private readonly budget: ManifestBudget,
  ) {}

  digests(): string[] {
    return this.manifests.map(({ raw }) => raw.digest);
  }

  async readTop(digest: string): Promise<boolean> {
    const raw = await this.sight.readManifest(this.repository, digest);
    if (raw === null) return false;
    await this.#add(raw, "top");
    return true;
  }

  /** By fallback tag or digest; what is not there (any more) is no referrer. */
  async readReferrer(reference: string): Promise<void> {
    const raw = await this.sight.readManifest(this.repository, reference);
    if (raw !== null) await this.#add(raw, "referrer");
  }

  async #add(raw: RawManifest, role: ManifestRole): Promise<void> {
    if (this.#seen.has(raw.digest)) return;
    this.#seen.add(raw.digest);
    this.budget.take(raw.body.length);
    const result = parseManifest(raw.body, raw.mediaType);
    if (!result.ok) throw new IncompleteImage(`its part ${raw.digest} cannot be read: ${result.reason}`);
    const parsed = result.manifest;
    if (parsed.kind === "unknown")
      throw new IncompleteImage(`its part ${raw.digest} is of an unknown kind (${raw.mediaType || "no media type"})`);
    for (const child of parsed.children) {
      if (this.#seen.has(child.digest)) continue;
      const body = await this.sight.readManifest(this.repository, child.digest);
      if (body === null)
        throw new IncompleteImage(`its part ${child.digest} is missing, so it could not be restored whole`);
      await this.#add(body, role === "referrer" ? "referrer" : "child");
    }
    this.manifests.push({ raw, role, parsed });
  }
}

function sizeOf(manifests: readonly ClosureManifest[]): number {
  const sizes = new Map<string, number>();
  for (const { raw, parsed } of manifests) {
    sizes.set(raw.digest, raw.body.length);
    for (const blob of parsed.config === null ? parsed.layers : [parsed.config, ...parsed.layers]) {
      if (!blob.isForeign) sizes.set(blob.digest, blob.sizeBytes ?? 0);
    }
  }
  let total = 0;
  for (const bytes of sizes.values()) total += bytes;
  return total;
}

/**
 * The bodies of recorded manifests, in the recorded order, from the first of the repositories that has each: a move that is
 * resumed may find a part here and a part there.
 * @throws IncompleteImage where none has one of them
 */
export async function readRecorded(
  sight: RegistrySight,
  repositories: readonly string[],
  digests: readonly string[],
): Promise<RawManifest[]> {
  const found: RawManifest[] = [];
  for (const digest of digests) {
    let raw: RawManifest | null = null;
    for (const repository of repositories) {
      raw = await sight.readManifest(repository, digest);
      if (raw !== null) break;
    }
    if (raw === null) throw new IncompleteImage(`its part ${digest} is gone from the registry`);
    found.push(raw);
  }
  return found;
}
