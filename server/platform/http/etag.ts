import { createHash } from "node:crypto";
import { AppError } from "../app-error";
import { requestContext } from "./request-context";

/** The version of something that counts its revisions. */
export function revisionTag(revision: number): string {
  return `"r${revision}"`;
}

/** The version of something that does not: of exactly these settings. */
export function settingsTag(settings: Record<string, unknown>): string {
  const text = JSON.stringify(Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1)));
  return `"${createHash("sha256").update(text).digest("base64url").slice(0, 22)}"`;
}

/** Tells whoever asks which version they were given (`ETag`), to send it back with their change. */
export function tellVersion(tag: string): void {
  const request = requestContext();
  if (request) request.etag = tag;
}

/**
 * Refuses a change of another version than the one that its sender saw (`If-Match`); without that header every version is as good. Called
 * with what was read under the lock (or compare-and-set) that the change is made under. True = the sender named a version.
 * @throws AppError precondition_failed
 */
export function requireVersion(tag: string): boolean {
  const wanted = requestContext()?.ifMatch ?? null;
  if (wanted === null || wanted.trim() === "*") return false;
  if (!wanted.split(",").some((one) => one.trim() === tag))
    throw new AppError(
      "precondition_failed",
      "Somebody changed this since you loaded it. Load it again and repeat your change.",
    );
  return true;
}
