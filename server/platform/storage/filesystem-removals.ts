import fs from "node:fs/promises";
import path from "node:path";
import { StorageWriteError } from "./blob-storage";
import { codeOf } from "./filesystem-reads";

const GONE = new Set(["ENOENT", "ENOTDIR"]);
const STILL_IN_USE = new Set(["ENOENT", "ENOTDIR", "ENOTEMPTY", "EEXIST"]);

/**
 * Idempotent removal of files below a root. Asynchronous on purpose: removing waits for the disk, not for the processor, and
 * several at once are faster than one after the other.
 */
export class FilesystemRemovals {
  constructor(private readonly root: string) {}

  /** Removes one file of a directory and then the directory, if nothing else is in it. True where the file was there. */
  async fileAndDirectory(directory: string, file: string): Promise<boolean> {
    const absolute = path.join(this.root, directory);
    const removed = await this.#file(path.join(absolute, file), `${directory}/${file}`);
    await this.directoryIfEmpty(directory);
    return removed;
  }

  /** Removes a directory where it is empty; true where it was there and is gone now. */
  async directoryIfEmpty(directory: string): Promise<boolean> {
    try {
      await fs.rmdir(path.join(this.root, directory));
      return true;
    } catch (error) {
      if (STILL_IN_USE.has(codeOf(error))) return false;
      throw new StorageWriteError(directory, { cause: error });
    }
  }

  /** Removes a directory with all that is in it; true where it was there. */
  async tree(directory: string): Promise<boolean> {
    try {
      await fs.rm(path.join(this.root, directory), { recursive: true });
      return true;
    } catch (error) {
      if (GONE.has(codeOf(error))) return false;
      throw new StorageWriteError(directory, { cause: error });
    }
  }

  async #file(absolute: string, relative: string): Promise<boolean> {
    try {
      await fs.unlink(absolute);
      return true;
    } catch (error) {
      if (GONE.has(codeOf(error))) return false;
      throw new StorageWriteError(relative, { cause: error });
    }
  }
}
