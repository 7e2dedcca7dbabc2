/** What an id names; the prefix is part of the id, so that a wrong one is seen at a glance. */
export type IdPrefix =
  | "usr"
  | "ses"
  | "tok"
  | "ws"
  | "inv"
  | "pwl"
  | "reg"
  | "spc"
  | "repo"
  | "rule"
  | "policy"
  | "firing"
  | "run"
  | "bin"
  | "pin"
  | "crawl"
  | "evt"
  | "target"
  | "ntf"
  | "dlv"
  | "req"
  | "wrk";

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const TIME_CHARACTERS = 10;
const RANDOM_CHARACTERS = 14;

/**
 * `prefix_` + 10 characters of time (milliseconds, base 32 without look-alikes) + 14 random ones: ids of one kind sort
 * by when they were made. `nowMs` and `random` (bytes) are arguments, because this room reads no clock.
 */
export function composeId(prefix: IdPrefix, nowMs: number, random: Uint8Array): string {
  let time = "";
  for (let rest = nowMs, i = 0; i < TIME_CHARACTERS; i++) {
    time = ALPHABET.charAt(rest % 32) + time;
    rest = Math.floor(rest / 32);
  }
  let tail = "";
  for (let i = 0; i < RANDOM_CHARACTERS; i++) tail += ALPHABET.charAt((random[i] ?? 0) % 32);
  return `${prefix}_${time}${tail}`;
}
