import { z } from "zod";
import { SYSTEM_SUBJECT } from "@/domain/access/registry-scope";
import { isDigest } from "@/domain/images/digest";
import { isManifestMediaType } from "@/domain/images/parse-manifest";
import { OWN_USER_AGENT } from "@/server/platform/registry/http-transport";

/** A notification of a registry, as far as it means something to the inventory. */
export interface RegistryEvent {
  action: "push" | "pull" | "delete";
  repository: string;
  /** null for the removal of a tag, which names no digest */
  digest: string | null;
  tag: string | null;
  at: Date;
  /** As the registry says: the subject of a token, or a name that somebody gave; empty = nobody. */
  actor: string;
  userAgent: string;
}

const textSchema = (max: number) => z.string().max(max).nullish();
const eventSchema = z.object({
  action: z.enum(["push", "pull", "delete"]),
  timestamp: z.string().max(100),
  target: z.object({
    mediaType: textSchema(300),
    digest: textSchema(300),
    repository: z.string().min(1).max(300),
    tag: textSchema(200),
  }),
  request: z.object({ method: textSchema(20), useragent: z.string().nullish() }).nullish(),
  actor: z.object({ name: z.string().nullish() }).nullish(),
});

const TEXT_MAX = 200;
/** Before there were registries: a clock that was never set. */
const EARLIEST_MS = Date.UTC(2013, 0, 1);
const AHEAD_MAX_MS = 300_000;

/**
 * Reads a notification; null for what means nothing: unknown actions and shapes, blobs, HEAD requests, and what we did ourselves.
 * A time that cannot be is that of its arrival.
 */
export function readRegistryEvent(
  payload: unknown,
  facts: { receivedAt: Date; isConsoleAuth: boolean },
): RegistryEvent | null {
  const parsed = eventSchema.safeParse(payload);
  if (!parsed.success) return null;
  const { action, target, request } = parsed.data;
  const isOfManifest = isManifestMediaType(target.mediaType ?? "");
  // A removal has no media type.
  if (action !== "delete" && !isOfManifest) return null;
  if (action === "pull" && request?.method !== "GET") return null;
  const digest = target.digest && isDigest(target.digest) ? target.digest : null;
  const tag = target.tag || null;
  if (digest === null && (action !== "delete" || tag === null)) return null;
  const actor = (parsed.data.actor?.name ?? "").slice(0, TEXT_MAX);
  const userAgent = (request?.useragent ?? "").slice(0, TEXT_MAX);
  if (isOwn(actor, userAgent, facts.isConsoleAuth)) return null;
  const at = timeOf(parsed.data.timestamp, facts.receivedAt);
  return at === null ? null : { action, repository: target.repository, digest, tag, at, actor, userAgent };
}

/** Where we hand out the tokens, the registry knows us by name; elsewhere only our program tells us, and others may say they are it. */
function isOwn(actor: string, userAgent: string, isConsoleAuth: boolean): boolean {
  return isConsoleAuth ? actor === SYSTEM_SUBJECT : actor === SYSTEM_SUBJECT || userAgent === OWN_USER_AGENT;
}

function timeOf(timestamp: string, receivedAt: Date): Date | null {
  const ms = new Date(timestamp).getTime();
  if (Number.isNaN(ms)) return null;
  return ms < EARLIEST_MS || ms > receivedAt.getTime() + AHEAD_MAX_MS ? receivedAt : new Date(ms);
}
