import { formatBytes } from "@/lib/bytes";
import { formatRelative } from "@/lib/dates";

/** Takes out what a terminal would act on: names come from registries, where others write them. */
export function plain(text: string): string {
  return text.replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, "�");
}

/** "3 days ago", or a dash. */
export function ago(at: string | null | undefined): string {
  return at ? formatRelative(Date.now(), at) : "–";
}

/** A size, or a dash where it is not known. */
export function size(bytes: number | null | undefined): string {
  return bytes === null || bytes === undefined ? "–" : formatBytes(bytes);
}

/** "1,204 images", "1 image". */
export function count(value: number, noun: string, plural = `${noun}s`): string {
  return `${value.toLocaleString("en-US")} ${value === 1 ? noun : plural}`;
}

/** A digest as it is told apart: its first 12 characters. */
export function shortDigest(digest: string): string {
  return digest.replace(/^(sha\d+:[0-9a-f]{12}).*$/, "$1");
}

/** The first few of a list, and how many more there are. */
export function some(all: readonly string[], most = 4): string {
  if (all.length === 0) return "–";
  const rest = all.length - most;
  return rest > 0 ? `${all.slice(0, most).join(", ")} +${rest}` : all.join(", ");
}
