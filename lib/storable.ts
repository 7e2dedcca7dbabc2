const REPLACEMENT = "\ufffd";
const UNSTORABLE = /\0|\p{Surrogate}/gu;
/** Escapes as `JSON.stringify` writes them: it leaves whole pairs alone, so that an escaped surrogate is half of one. */
const ESCAPE = /\\(u0000|ud[89a-f][0-9a-f]{2}|.)/gs;

/** A text as PostgreSQL can keep it: a NUL and half of a surrogate pair, which it refuses, become U+FFFD. */
export function storableText(text: string): string {
  return text.replace(UNSTORABLE, REPLACEMENT);
}

/** Whether PostgreSQL can keep a text as it is. */
export function isStorableText(text: string): boolean {
  return text.search(UNSTORABLE) < 0;
}

/** JSON of a value as PostgreSQL's jsonb can keep it, every text in it as `storableText` makes it. */
export function storableJson(value: unknown): string {
  return JSON.stringify(value).replace(ESCAPE, (whole, what: string) => (what.length > 1 ? REPLACEMENT : whole));
}
