import fs from "node:fs";
import path from "node:path";
import { StorageReadError } from "./blob-storage";

/** The system's error code of a failed file call, or "" . */
export function codeOf(error: unknown): string {
  return typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
}

const SMALL_BYTES = 1024;

/**
 * The few file calls that reading needs, with one rule: only "it does not exist" is absence, every other failure is a
 * StorageReadError. All are synchronous (see TimeSlice) and take paths relative to the root.
 */
export class FilesystemReads {
  readonly #prefix: string;
  readonly #buffer = Buffer.allocUnsafe(SMALL_BYTES);

  constructor(readonly root: string) {
    this.#prefix = `${path.resolve(root)}/`;
  }

  absolute(relative: string): string {
    return this.#prefix + relative;
  }

  /** Names in a directory; null where there is no such directory. */
  names(relative: string): string[] | null {
    return this.#orAbsent(relative, ["ENOENT"], () => fs.readdirSync(this.absolute(relative)));
  }

  /** Names in a directory that ought to exist: its absence is an error too. */
  namesOfRequired(relative: string): string[] {
    const names = this.names(relative);
    if (names === null) throw new StorageReadError(relative, { cause: new Error("it does not exist") });
    return names;
  }

  /** Directory entries with their kind; null where there is no such directory. */
  entries(relative: string): fs.Dirent[] | null {
    return this.#orAbsent(relative, ["ENOENT"], () => fs.readdirSync(this.absolute(relative), { withFileTypes: true }));
  }

  /** Facts of a file; null where it, or a directory on its way, does not exist. `not_a_directory` where a file is in the way. */
  stat(relative: string): fs.Stats | "not_a_directory" | null {
    try {
      return fs.statSync(this.absolute(relative), { throwIfNoEntry: false }) ?? null;
    } catch (error) {
      if (codeOf(error) === "ENOTDIR") return "not_a_directory";
      throw new StorageReadError(relative, { cause: error });
    }
  }

  /** A small text file; null where it does not exist. Asks for what it needs only: links are read by the hundred thousand. */
  text(relative: string): string | "not_a_directory" | null {
    try {
      const file = fs.openSync(this.absolute(relative), "r");
      try {
        const length = fs.readSync(file, this.#buffer, 0, SMALL_BYTES, 0);
        return length < SMALL_BYTES ? this.#buffer.toString("latin1", 0, length) : fs.readFileSync(file, "latin1");
      } finally {
        fs.closeSync(file);
      }
    } catch (error) {
      if (codeOf(error) === "ENOENT") return null;
      if (codeOf(error) === "ENOTDIR") return "not_a_directory";
      throw new StorageReadError(relative, { cause: error });
    }
  }

  bytes(relative: string): Uint8Array | null {
    return this.#orAbsent(relative, ["ENOENT", "ENOTDIR"], () => fs.readFileSync(this.absolute(relative)));
  }

  #orAbsent<T>(relative: string, absent: readonly string[], read: () => T): T | null {
    try {
      return read();
    } catch (error) {
      if (absent.includes(codeOf(error))) return null;
      throw new StorageReadError(relative, { cause: error });
    }
  }
}
