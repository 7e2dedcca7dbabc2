import { isStorableText } from "./storable";

/** The largest whole number of the database's integers. */
const LARGEST_INTEGER = 2 ** 31 - 1;

/** An opaque page cursor: the sort key of the last row, as base64url of a JSON list of strings. */
export function encodeCursor(parts: readonly string[]): string {
  const bytes = new TextEncoder().encode(JSON.stringify(parts));
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** The sort key in a cursor; undefined when it is absent or cannot be one of ours (then the first page is meant). */
export function decodeCursor(cursor: string | undefined): string[] | undefined {
  if (!cursor) return undefined;
  try {
    const binary = atob(cursor.replaceAll("-", "+").replaceAll("_", "/"));
    const parsed: unknown = JSON.parse(new TextDecoder().decode(Uint8Array.from(binary, (c) => c.charCodeAt(0))));
    const isOurs = Array.isArray(parsed) && parsed.every((part) => typeof part === "string" && isStorableText(part));
    return isOurs ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/** A time in a cursor; undefined when it is no time, or none that a database can keep. */
export function cursorDate(text: string | undefined): Date | undefined {
  const date = new Date(text ?? "");
  const year = date.getUTCFullYear();
  return year >= 1 && year <= 9999 ? date : undefined;
}

/** A position in a cursor, 0 or more; undefined when it is none. */
export function cursorInteger(text: string | undefined): number | undefined {
  const integer = /^\d{1,10}$/.test(text ?? "") ? Number(text) : Number.NaN;
  return integer <= LARGEST_INTEGER ? integer : undefined;
}
