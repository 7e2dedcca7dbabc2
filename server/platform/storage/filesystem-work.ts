import fs from "node:fs";
import { DIGEST_WORDS, WordList, wordsToHex } from "@/domain/gc/digest-words";
import type { Oddity, OddityKind } from "@/domain/gc/oddity";
import type { PackedRepository } from "@/domain/gc/packed-listing";
import { isDigest } from "@/domain/images/digest";
import { type BlobBody, StorageReadError, StorageWriteError } from "./blob-storage";
import { paths } from "./filesystem-paths";
import { codeOf, FilesystemReads } from "./filesystem-reads";
import { FilesystemStorage } from "./filesystem-storage";
import { LARGEST_MANIFEST_BYTES, ManifestReading } from "./manifest-reading";
import { removeEntry } from "./remove-entry";
import { ThreadGate } from "./thread-gate";
import type { EntryDone, ThreadJob, ThreadResults } from "./thread-jobs";

/** Work was told to stop; nobody waits for its result. */
export class WorkStopped extends Error {
  override readonly name = "WorkStopped";
}

const ENTRIES_PER_CHECK = 16;
const ORDINARY_MANIFEST_BYTES = 64 * 1024;
const SHA256_HEX_DIGITS = 64;
/** A directory with one directory in it has three links, where its file system counts directories at all. */
const LINKS_OF_ONE_CHILD = 3;

type JobOf<K extends ThreadJob["kind"]> = Extract<ThreadJob, { kind: K }>;

/**
 * Does one job with synchronous calls: several times cheaper than promised ones for hundreds of thousands of small files, and for
 * threads only, since nothing else runs meanwhile. What it finds is what `FilesystemStorage` says, in words instead of strings.
 * @throws WorkStopped, StorageReadError
 */
export function doWork(job: ThreadJob): Promise<ThreadResults[keyof ThreadResults]> {
  const work = new FilesystemWork(job.root, new ThreadGate(job.gate));
  switch (job.kind) {
    case "shards":
      return Promise.resolve(work.shards(job));
    case "repositories":
      return Promise.resolve(work.repositories(job));
    case "manifests":
      return Promise.resolve(work.manifests(job));
    case "sizes":
      return Promise.resolve(work.sizes(job));
    case "remove":
      return work.remove(job);
  }
}

class FilesystemWork {
  readonly #reads: FilesystemReads;
  readonly #oddities: Oddity[] = [];
  readonly #buffer = Buffer.allocUnsafe(ORDINARY_MANIFEST_BYTES);
  #entries = 0;

  constructor(
    private readonly root: string,
    private readonly gate: ThreadGate,
  ) {
    this.#reads = new FilesystemReads(root);
  }

  shards({ shards }: JobOf<"shards">): ThreadResults["shards"] {
    const words = new WordList();
    for (const shard of shards) {
      const directory = `${paths.blobs()}/sha256/${shard}`;
      for (const name of this.#reads.namesOfRequired(directory)) {
        this.#check();
        const isBlob = name.length === SHA256_HEX_DIGITS && name.startsWith(shard) && words.pushHex(name);
        if (!isBlob) this.#odd("junk_entry", `${directory}/${name}`, "not a blob's directory");
      }
    }
    return { words: words.toArray(), oddities: this.#oddities };
  }

  repositories(job: JobOf<"repositories">): ThreadResults["repositories"] {
    const words = new WordList();
    const emptyRevisions: { repository: string; digest: string }[] = [];
    const repositories = job.names.map((name) => this.#repository(name, job, words, emptyRevisions));
    return { listing: { words: words.toArray(), repositories }, emptyRevisions, oddities: this.#oddities };
  }

  #repository(
    name: string,
    job: JobOf<"repositories">,
    words: WordList,
    emptyRevisions: { repository: string; digest: string }[],
  ): PackedRepository {
    const rest = {
      revisions: [] as { digest: string; modifiedAtMs: number; isContradictory: boolean }[],
      tags: [] as { name: string; target: string | null; isUnclear: boolean; history: string[] }[],
      layerLinks: [] as { digest: string; modifiedAtMs: number }[],
      aliases: [] as { from: string; to: string }[],
    };
    let revisions = 0;
    const parent = paths.revisions(name);
    this.#digestsIn(parent, (algorithm, hex) => {
      const directory = `${parent}/${algorithm}/${hex}`;
      const link = `${directory}/link`;
      const digest = `${algorithm}:${hex}`;
      const stat = this.#reads.stat(link);
      if (stat === null) emptyRevisions.push({ repository: name, digest });
      else if (stat === "not_a_directory") this.#odd("junk_entry", directory, "a file where a directory is expected");
      else {
        const isContradictory = stat.size !== 0 && stat.size !== digest.length;
        if (stat.size === 0) this.#odd("empty_link", link, "it is empty; its place says its digest");
        if (isContradictory) {
          this.#odd("bad_link", link, "it does not hold the digest that its place says");
          const said = this.#reads.text(link);
          if (said !== null && isDigest(said))
            rest.revisions.push({ digest: said, modifiedAtMs: stat.mtimeMs, isContradictory });
        }
        if (!isContradictory && algorithm === "sha256" && words.pushHex(hex)) {
          words.push(inSeconds(stat.mtimeMs));
          revisions++;
        } else rest.revisions.push({ digest, modifiedAtMs: stat.mtimeMs, isContradictory });
      }
    });
    const tags: string[] = [];
    for (const tag of this.#reads.names(paths.tags(name)) ?? []) {
      this.#check();
      const place = `${paths.tags(name)}/${tag}`;
      const said = this.#reads.text(`${place}/current/link`);
      if (said === "not_a_directory") this.#odd("junk_entry", place, "a file where a tag's directory is expected");
      else if (said?.startsWith("sha256:") && said.length === 71 && words.pushHex(said, 7)) tags.push(tag);
      else {
        const isUnclear = said !== null && !isDigest(said);
        if (isUnclear) {
          const kind = said === "" ? "empty_link" : "bad_link";
          this.#odd(kind, `${place}/current/link`, "it does not say where the tag points");
        }
        const history = this.#history(place);
        rest.tags.push({ name: tag, target: isUnclear ? null : said, isUnclear, history });
      }
    }
    const pastOfTag: number[] = [];
    if (job.withTagHistories) this.#histories(name, tags, pastOfTag, words);
    let layerLinks = 0;
    this.#digestsIn(paths.layers(name), (algorithm, hex) => {
      const link = `${paths.layers(name)}/${algorithm}/${hex}/link`;
      if (algorithm === "sha512") {
        const said = this.#reads.text(link);
        if (said !== null && isDigest(said)) rest.aliases.push({ from: `sha512:${hex}`, to: said });
        else if (said !== null)
          this.#odd(said === "" ? "empty_link" : "bad_link", link, "it does not say which blob it means");
        return;
      }
      const stat = job.withLinkTimes ? this.#reads.stat(link) : undefined;
      if (stat === null || stat === "not_a_directory") return;
      words.pushHex(hex);
      words.push(stat === undefined ? 0 : inSeconds(stat.mtimeMs));
      layerLinks++;
    });
    return { name, revisions, tags, pastOfTag, layerLinks, rest };
  }

  /** What tags pointed at before. Where a directory tells by its links that there is one entry only, that is the present one. */
  #histories(repository: string, tags: readonly string[], pastOfTag: number[], words: WordList): void {
    tags.forEach((tag, at) => {
      this.#check();
      const place = `${paths.tags(repository)}/${tag}`;
      const stat = this.#reads.stat(`${place}/index/sha256`);
      if (stat === null || stat === "not_a_directory" || stat.nlink === LINKS_OF_ONE_CHILD) return;
      const present = this.#reads.text(`${place}/current/link`);
      // What is odd in there is told where it decides something: of tags that nobody can tell the target of.
      for (const digest of this.#history(place, false)) {
        if (digest !== present && digest.startsWith("sha256:") && words.pushHex(digest, 7)) pastOfTag.push(at);
      }
    });
  }

  #history(place: string, tellsOddities = true): string[] {
    const digests: string[] = [];
    this.#digestsIn(`${place}/index`, (algorithm, hex) => digests.push(`${algorithm}:${hex}`), tellsOddities);
    return digests;
  }

  manifests({ digests, others, quarantineRunId }: JobOf<"manifests">): ThreadResults["manifests"] {
    const reading = new ManifestReading();
    const take = (digest: string, storedAs: string) => {
      this.#check();
      let blob = this.#body(`${paths.blob(storedAs)}/data`);
      if (blob.state === "missing" && quarantineRunId !== null)
        blob = this.#body(`${paths.quarantinedBlob(quarantineRunId, storedAs)}/data`);
      reading.take(digest, blob);
    };
    for (let at = 0; at < digests.length; at += DIGEST_WORDS) {
      const digest = `sha256:${wordsToHex(digests, at)}`;
      take(digest, digest);
    }
    for (const { digest, storedAs } of others) take(digest, storedAs);
    return reading.result();
  }

  sizes({ digests }: JobOf<"sizes">): ThreadResults["sizes"] {
    const sizes = new Float64Array((digests.length / DIGEST_WORDS) * 2).fill(-1);
    for (let i = 0; i * 2 < sizes.length; i++) {
      this.#check();
      const hex = wordsToHex(digests, i * DIGEST_WORDS);
      const stat = this.#reads.stat(`${paths.blobs()}/sha256/${hex.slice(0, 2)}/${hex}/data`);
      if (stat === null || stat === "not_a_directory") continue;
      sizes[i * 2] = stat.size;
      sizes[i * 2 + 1] = stat.mtimeMs;
    }
    return sizes;
  }

  async remove({ entries }: JobOf<"remove">): Promise<ThreadResults["remove"]> {
    const storage = new FilesystemStorage(this.root);
    const done: EntryDone[] = [];
    for (const entry of entries) {
      if (!this.gate.isOpen) break;
      try {
        done.push({ outcome: await removeEntry(storage, entry) });
      } catch (error) {
        if (!(error instanceof StorageWriteError)) throw error;
        done.push({ failure: { path: error.path, reason: error.reason } });
      }
    }
    return done;
  }

  #body(relative: string): BlobBody {
    let file: number;
    try {
      file = fs.openSync(this.#reads.absolute(relative), "r");
    } catch (error) {
      if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return { state: "missing" };
      throw new StorageReadError(relative, { cause: error });
    }
    try {
      const length = fs.readSync(file, this.#buffer, 0, ORDINARY_MANIFEST_BYTES, 0);
      if (length < ORDINARY_MANIFEST_BYTES) return { state: "read", body: this.#buffer.subarray(0, length) };
      const { size } = fs.fstatSync(file);
      if (size > LARGEST_MANIFEST_BYTES) return { state: "too_large", sizeBytes: size };
      return { state: "read", body: fs.readFileSync(file) };
    } catch (error) {
      throw new StorageReadError(relative, { cause: error });
    } finally {
      fs.closeSync(file);
    }
  }

  /** The digests that a directory of `<algorithm>/<hex>` names, without looking into them. */
  #digestsIn(
    directory: string,
    take: (algorithm: "sha256" | "sha512", hex: string) => void,
    tellsOddities = true,
  ): void {
    for (const algorithm of this.#reads.names(directory) ?? []) {
      if (algorithm !== "sha256" && algorithm !== "sha512") {
        if (tellsOddities) this.#oddEntry(`${directory}/${algorithm}`, algorithm, "not an algorithm");
        continue;
      }
      for (const hex of this.#reads.names(`${directory}/${algorithm}`) ?? []) {
        this.#check();
        if (isHexOf(algorithm, hex)) take(algorithm, hex);
        else if (tellsOddities) this.#oddEntry(`${directory}/${algorithm}/${hex}`, hex, "not a digest");
      }
    }
  }

  #oddEntry(path: string, name: string, detail: string): void {
    this.#odd(name.endsWith(".tmp") ? "temporary_file" : "junk_entry", path, detail);
  }

  #odd(kind: OddityKind, path: string, detail: string): void {
    this.#oddities.push({ kind, path, detail });
  }

  #check(): void {
    if (++this.#entries % ENTRIES_PER_CHECK === 0 && this.gate.isStopped) throw new WorkStopped();
  }
}

const SHA256_HEX = /^[0-9a-f]{64}$/;
const SHA512_HEX = /^[0-9a-f]{128}$/;
const isHexOf = (algorithm: "sha256" | "sha512", hex: string) =>
  (algorithm === "sha256" ? SHA256_HEX : SHA512_HEX).test(hex);
const inSeconds = (milliseconds: number) => Math.max(0, Math.ceil(milliseconds / 1000));
