/** A content address as registries write it: `sha256:<64 hex>` or `sha512:<128 hex>`. */
export type DigestParts = { algorithm: "sha256" | "sha512"; hex: string };

const DIGEST = /^(?:(sha256):([0-9a-f]{64})|(sha512):([0-9a-f]{128}))$/;
const DIGESTS_IN_TEXT = /(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})(?![0-9a-f])/g;

/** Whether the text is exactly one sha256 or sha512 digest (lower case hex, nothing around it). */
export function isDigest(text: string): boolean {
  return DIGEST.test(text);
}

/** The algorithm and hex part of a digest, or null where the text is not one. */
export function parseDigest(text: string): DigestParts | null {
  const match = DIGEST.exec(text);
  if (match === null) return null;
  const hex = match[2] ?? match[4] ?? "";
  return { algorithm: match[1] === undefined ? "sha512" : "sha256", hex };
}

/** Every digest that occurs anywhere in the text, in order, repeats included. */
export function digestsInText(text: string): string[] {
  return text.match(DIGESTS_IN_TEXT) ?? [];
}
