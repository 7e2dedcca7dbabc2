import { randomUUID } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { isDigest } from "@/domain/images/digest";
import { type BlobBody, type ReadOptions, StorageWriteError } from "./blob-storage";
import { paths } from "./filesystem-paths";
import { codeOf, type FilesystemReads } from "./filesystem-reads";
import type { FilesystemRemovals } from "./filesystem-removals";
import { TimeSlice } from "./time-slice";

/**
 * Blobs in the quarantine of a run, and what is written back. Only `data` is moved, by a rename: its directory stays, because a registry
 * that is storing the same blob makes the directory and the file in two steps. All calls are synchronous inside, as in
 * FilesystemRemovals: the caller's check of its lease is right before the system call.
 */
export class FilesystemQuarantine {
  constructor(
    private readonly root: string,
    private readonly reads: FilesystemReads,
    private readonly removals: FilesystemRemovals,
  ) {}

  quarantine(runId: string, digest: string): boolean {
    const source = `${paths.blob(digest)}/data`;
    if (!this.#isFile(source)) return false;
    return this.#move(source, `${paths.quarantinedBlob(runId, digest)}/data`);
  }

  release(runId: string, digest: string): "returned" | "dropped" | "missing" {
    const source = `${paths.quarantinedBlob(runId, digest)}/data`;
    const target = `${paths.blob(digest)}/data`;
    const kept = this.reads.stat(source);
    if (kept === null || kept === "not_a_directory") return "missing";
    const present = this.reads.stat(target);
    // A shorter one is being written, or what a crash left of that: ours is whole, and the same bytes.
    if (present !== null && present !== "not_a_directory" && present.size === kept.size) {
      this.purge(runId, digest);
      return "dropped";
    }
    if (!this.#move(source, target)) return "missing";
    this.#removeDirectories(runId, digest);
    return "returned";
  }

  read(runId: string, digest: string, maxBytes: number): BlobBody {
    const file = `${paths.quarantinedBlob(runId, digest)}/data`;
    const stat = this.reads.stat(file);
    if (stat === null || stat === "not_a_directory") return { state: "missing" };
    if (stat.size > maxBytes) return { state: "too_large", sizeBytes: stat.size };
    const body = this.reads.bytes(file);
    return body === null ? { state: "missing" } : { state: "read", body };
  }

  purge(runId: string, digest: string): boolean {
    const removed = this.removals.fileAndDirectory(paths.quarantinedBlob(runId, digest), "data");
    this.#removeDirectories(runId, digest);
    return removed;
  }

  /** Those with something in them; a directory that is left empty by an interruption is none. */
  runs(): string[] {
    const names = this.reads.names(paths.quarantines()) ?? [];
    return names.filter((name) => (this.reads.names(paths.quarantine(name)) ?? []).length > 0).sort();
  }

  /** Takes away directories that an interruption left empty, too: a quarantine without content would be one for ever. */
  async list(runId: string, options?: ReadOptions): Promise<{ digest: string; sizeBytes: number }[]> {
    options?.signal?.throwIfAborted();
    const slice = new TimeSlice(options?.signal);
    const found: { digest: string; sizeBytes: number }[] = [];
    for (const algorithm of this.reads.names(paths.quarantine(runId)) ?? []) {
      for (const hex of this.reads.names(`${paths.quarantine(runId)}/${algorithm}`) ?? []) {
        if (slice.isOver) await slice.pause();
        const digest = `${algorithm}:${hex}`;
        if (!isDigest(digest)) continue;
        const stat = this.reads.stat(`${paths.quarantinedBlob(runId, digest)}/data`);
        if (stat !== null && stat !== "not_a_directory") found.push({ digest, sizeBytes: stat.size });
        else this.#removeDirectories(runId, digest);
      }
    }
    return found;
  }

  restoreRevision(repository: string, digest: string): void {
    this.#writeLink(paths.revision(repository, digest), digest);
  }

  restoreTagHistoryEntry(repository: string, tag: string, digest: string): void {
    if (!this.#isFile(`${paths.tag(repository, tag)}/current/link`)) return;
    this.#writeLink(paths.tagHistoryEntry(repository, tag, digest), digest);
  }

  restoreLayerLink(repository: string, digest: string): void {
    this.#writeLink(paths.layer(repository, digest), digest);
  }

  #isFile(relative: string): boolean {
    const stat = this.reads.stat(relative);
    return stat !== null && stat !== "not_a_directory";
  }

  #move(source: string, target: string): boolean {
    const [from, to] = [path.join(this.root, source), path.join(this.root, target)];
    try {
      fs.mkdirSync(path.dirname(to), { recursive: true });
      fs.renameSync(from, to);
      return true;
    } catch (error) {
      if (codeOf(error) === "ENOENT" && !fs.existsSync(from)) return false;
      throw new StorageWriteError(source, { cause: error, verb: "move" });
    }
  }

  /** Whole or not at all: a registry that reads a half-written link fails. */
  #writeLink(directory: string, digest: string): void {
    const link = path.join(this.root, directory, "link");
    const temporary = `${link}.${randomUUID()}.tmp`;
    try {
      fs.mkdirSync(path.dirname(link), { recursive: true });
      fs.writeFileSync(temporary, digest);
      fs.renameSync(temporary, link);
    } catch (error) {
      if (fs.existsSync(temporary)) fs.unlinkSync(temporary);
      throw new StorageWriteError(`${directory}/link`, { cause: error, verb: "write" });
    }
  }

  #removeDirectories(runId: string, digest: string): void {
    let directory = paths.quarantinedBlob(runId, digest);
    while (directory !== path.dirname(paths.quarantines())) {
      if (!this.removals.directoryIfEmpty(directory) && this.reads.stat(directory) !== null) return;
      directory = path.dirname(directory);
    }
  }
}
