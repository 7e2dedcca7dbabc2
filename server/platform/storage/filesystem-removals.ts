import fs from "node:fs";
import path from "node:path";
import { StorageWriteError } from "./blob-storage";
import { codeOf } from "./filesystem-reads";

const GONE = new Set(["ENOENT", "ENOTDIR"]);
const STILL_IN_USE = new Set(["ENOENT", "ENOTDIR", "ENOTEMPTY", "EEXIST"]);

/**
 * Idempotent removal of files below a root. Single files go synchronously on purpose: the caller's check that it may still remove
 * is then right before the system call. What is handed to Node's file threads instead would still be removed by a process that
 * was stopped in between and wakes up when it is no longer its turn.
 */
export class FilesystemRemovals {
  readonly #prefix: string;

  constructor(root: string) {
    this.#prefix = `${path.resolve(root)}/`;
  }

  /** Removes one file of a directory and then (unless it is to be kept) the directory, if nothing else is in it. True where the file was there. */
  fileAndDirectory(directory: string, file: string, options?: { keepDirectory?: boolean }): boolean {
    const removed = this.#file(`${directory}/${file}`);
    if (!options?.keepDirectory) this.directoryIfEmpty(directory);
    return removed;
  }

  /** Removes a directory where it is empty; true where it was there and is gone now. */
  directoryIfEmpty(directory: string): boolean {
    try {
      fs.rmdirSync(this.#prefix + directory);
      return true;
    } catch (error) {
      if (STILL_IN_USE.has(codeOf(error))) return false;
      throw new StorageWriteError(directory, { cause: error });
    }
  }

  /** Removes a directory with all that is in it; true where it was there. */
  async tree(directory: string): Promise<boolean> {
    try {
      await fs.promises.rm(this.#prefix + directory, { recursive: true });
      return true;
    } catch (error) {
      if (GONE.has(codeOf(error))) return false;
      throw new StorageWriteError(directory, { cause: error });
    }
  }

  #file(relative: string): boolean {
    try {
      fs.unlinkSync(this.#prefix + relative);
      return true;
    } catch (error) {
      if (GONE.has(codeOf(error))) return false;
      throw new StorageWriteError(relative, { cause: error });
    }
  }
}
