import { makeToken } from "@/server/access/make-token";
import { AppError, notFound } from "@/server/platform/app-error";
import type { Actor } from "@/server/platform/auth/actor";
import { requirePermission } from "@/server/platform/auth/workspace-scope";
import { openDoctlRegistry } from "./open-doctl-registry";

const DAY_SECONDS = 86_400;
const EXPIRY_SECONDS_MAX = 3_650 * DAY_SECONDS;
/** Any will do beside a token. */
const USERNAME = "token";

/**
 * A Docker `config.json` with credentials for a registry's host: a new token that may pull, or push too, made through the one that asks and
 * ended with it. For a registry that is named it opens that space alone.
 * @throws AppError not_found, forbidden, bad_request for an expiry that is no number of seconds, conflict where there are too many tokens
 */
export async function dockerConfig(actor: Actor, asked: string | null, query: URLSearchParams) {
  const isReadWrite = query.get("read_write") === "true";
  const { scope, place, name } = await openDoctlRegistry(actor, asked, "images.read");
  if (isReadWrite) requirePermission(scope, "images.push");
  if (actor.kind === "system") throw notFound();
  const { workspaceId } = scope;
  const { secret } = await makeToken(actor, actor.kind === "user" ? { userId: actor.userId } : { workspaceId }, {
    name: `docker-config for ${name}`,
    role: isReadWrite ? "editor" : "viewer",
    workspaceId,
    spaceIds: asked === null ? scope.spaceIds : [place.spaceId],
    expiresInDays: expiryDays(query.get("expiry_seconds")),
  });
  const auth = Buffer.from(`${USERNAME}:${secret}`).toString("base64");
  return { auths: { [new URL(place.registryUrl).host]: { auth } } };
}

/** null = as long as the token that asks */
function expiryDays(text: string | null): number | null {
  if (text === null || text === "0") return null;
  const seconds = Number(text);
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > EXPIRY_SECONDS_MAX)
    throw new AppError("bad_request", "expiry_seconds must be a whole number of seconds");
  return seconds / DAY_SECONDS;
}
