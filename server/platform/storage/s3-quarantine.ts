import { isDigest } from "@/domain/images/digest";
import { type ReadOptions, StorageWriteError } from "./blob-storage";
import { paths } from "./filesystem-paths";
import type { S3Bucket } from "./s3-bucket";
import { s3Failure } from "./s3-failure";
import { ALLOWED_MS, RemovalTooLate, type S3Removals } from "./s3-removals";

/** Copies under way at once: each is work for the store itself. */
const COPIES = 32;

/**
 * Blobs in the quarantine of a run. There is no rename in a bucket: a blob is copied inside the store, and its original deleted once the
 * copy is there.
 */
export class S3Quarantine {
  #copying = 0;
  readonly #waiting: (() => void)[] = [];
  /** Copies that took so long that their originals could not be deleted any more: asked for again, only that is left to do. */
  readonly #copied = new Set<string>();

  constructor(
    private readonly bucket: S3Bucket,
    private readonly removals: S3Removals,
  ) {}

  async quarantine(runId: string, digest: string): Promise<boolean> {
    return this.#move(`${paths.blob(digest)}/data`, `${paths.quarantinedBlob(runId, digest)}/data`);
  }

  async release(runId: string, digest: string): Promise<"returned" | "dropped" | "missing"> {
    const [kept, own] = [`${paths.quarantinedBlob(runId, digest)}/data`, `${paths.blob(digest)}/data`];
    const copy = await this.bucket.stat(kept);
    if (copy === null) return "missing";
    // Objects appear whole or not at all, so another of its size is the same.
    if ((await this.bucket.stat(own))?.sizeBytes !== copy.sizeBytes)
      return (await this.#move(kept, own)) ? "returned" : "missing";
    await this.removals.remove(kept);
    return "dropped";
  }

  async list(options?: ReadOptions): Promise<string[]> {
    const { folders } = await this.bucket.children(`${paths.quarantines()}/`, options?.signal);
    return folders.filter((name) => !name.startsWith(".")).sort();
  }

  async blobsOf(runId: string, options?: ReadOptions): Promise<{ digest: string; sizeBytes: number }[]> {
    const prefix = `${paths.quarantine(runId)}/`;
    const found: { digest: string; sizeBytes: number }[] = [];
    for await (const page of this.bucket.pages(prefix, { signal: options?.signal })) {
      for (const { key, sizeBytes } of page) {
        const [algorithm, hex, file] = key.slice(prefix.length).split("/");
        const digest = `${algorithm}:${hex}`;
        if (file === "data" && isDigest(digest)) found.push({ digest, sizeBytes });
      }
    }
    return found;
  }

  async #move(from: string, to: string): Promise<boolean> {
    const askedAtMs = performance.now();
    const stat = await this.bucket.stat(from);
    if (stat === null) return false;
    if (!this.#copied.delete(to) && !(await this.#copy(from, to, stat.sizeBytes))) return false;
    if (performance.now() - askedAtMs > ALLOWED_MS) {
      this.#copied.add(to);
      throw new RemovalTooLate();
    }
    await this.removals.remove(from);
    return true;
  }

  async #copy(from: string, to: string, sizeBytes: number): Promise<boolean> {
    if (this.#copying >= COPIES) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#copying++;
    try {
      return await this.bucket.copy(from, to, sizeBytes);
    } catch (error) {
      const cause = new Error(s3Failure(error).text, { cause: error });
      throw new StorageWriteError(from, { cause, verb: "move" });
    } finally {
      this.#copying--;
      this.#waiting.shift()?.();
    }
  }
}
