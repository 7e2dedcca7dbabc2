/** Whose a token is: `pat` a person's, `bot` a workspace's. */
export type ApiTokenKind = "pat" | "bot";

export const API_TOKEN_RANDOM_BYTES = 32;
const SECRET_CHARACTERS = 43;
const CHECKSUM_CHARACTERS = 6;
const HINT_CHARACTERS = 4;
const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const FORMAT = /^rcl_(pat|bot)_[0-9A-Za-z]{49}$/;

/**
 * A token as it is shown, once: `rcl_pat_` or `rcl_bot_`, 256 random bits in 43 characters, and a checksum in 6. The words in front are what
 * scanners of leaked secrets look for; the checksum tells a token from what only looks like one, without a question to the database.
 * @throws RangeError for other than 32 bytes
 */
export function composeApiToken(kind: ApiTokenKind, random: Uint8Array): string {
  if (random.length !== API_TOKEN_RANDOM_BYTES) throw new RangeError("a token takes 32 random bytes");
  const number = random.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  const start = `rcl_${kind}_${inDigits(number, SECRET_CHARACTERS)}`;
  return start + checksumOf(start);
}

/** What kind of token a text is; null where it is none, or has a typing mistake. */
export function apiTokenKind(text: string): ApiTokenKind | null {
  const kind = FORMAT.exec(text)?.[1];
  if (kind === undefined || text.slice(-CHECKSUM_CHARACTERS) !== checksumOf(text.slice(0, -CHECKSUM_CHARACTERS)))
    return null;
  return kind === "pat" ? "pat" : "bot";
}

/** Whether a text means to be a token, right or wrong: it is no password then. */
export function looksLikeApiToken(text: string): boolean {
  return text.startsWith("rcl_pat_") || text.startsWith("rcl_bot_");
}

/** How a token is recognised in a list without telling it: `rcl_pat_…9aZk`. */
export function apiTokenHint(token: string): string {
  return `${token.slice(0, "rcl_pat_".length)}…${token.slice(-HINT_CHARACTERS)}`;
}

function checksumOf(text: string): string {
  return inDigits(BigInt(crc32(text)), CHECKSUM_CHARACTERS);
}

function inDigits(number: bigint, characters: number): string {
  let text = "";
  for (let rest = number; text.length < characters; rest /= 62n) text = DIGITS.charAt(Number(rest % 62n)) + text;
  return text;
}

/** The usual CRC-32, over characters of one byte. */
function crc32(text: string): number {
  let crc = 0xffffffff;
  for (let at = 0; at < text.length; at++) {
    crc ^= text.charCodeAt(at);
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
