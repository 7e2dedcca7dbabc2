import { randomBytes } from "node:crypto";
import { composeId, type IdPrefix } from "@/lib/ids";

/** A new id of ours: prefix, time, randomness (see lib/ids). */
export function newId(prefix: IdPrefix): string {
  return composeId(prefix, Date.now(), randomBytes(14));
}
