import { log } from "@/server/platform/log";
import { RegistryError } from "@/server/platform/registry/registry-error";

/** What could be read of an image at its registry, or why not, in a sentence for people. */
export type LiveRead<T> = { value: T; problem: null } | { value: null; problem: string };

/**
 * Reads something of an image at its registry, now. A registry that does not answer, or answers nonsense, is no fault of ours: the
 * page says so where the content would stand, and everything else of it stays.
 */
export async function readImage<T>(
  what: "manifest" | "config",
  maxMiB: number,
  read: () => Promise<T | null>,
): Promise<LiveRead<T>> {
  try {
    const value = await read();
    if (value !== null) return { value, problem: null };
    return {
      value: null,
      problem: `The registry does not have the ${what} any more. Sync the space to see what is left.`,
    };
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    log.warn({ error, what }, "an image could not be read at its registry");
    return { value: null, problem: problemText(error, what, maxMiB) };
  }
}

function problemText(error: RegistryError, what: string, maxMiB: number): string {
  if (error.code === "TOO_LARGE") return `The ${what} is larger than ${maxMiB} MiB: too large to show.`;
  if (error.code === "DIGEST_MISMATCH")
    return `The registry's ${what} does not match its digest: its storage is damaged.`;
  switch (error.kind) {
    case "unavailable":
      return "The registry does not answer right now. Try again in a moment.";
    case "unauthorized":
    case "denied":
      return "The registry does not let the console read it: check the registry's credentials.";
    default:
      return `The registry gave no usable answer for the ${what}.`;
  }
}
