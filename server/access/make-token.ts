import type { ApiTokenDto } from "@/contracts/tokens";
import { lesserRole } from "@/domain/access/lesser-role";
import type { Role } from "@/domain/access/permissions";
import { AppError, notFound } from "@/server/platform/app-error";
import type { ActingToken, Actor } from "@/server/platform/auth/actor";
import { newApiToken } from "@/server/platform/auth/api-token";
import { prisma } from "@/server/platform/db/prisma";
import { newId } from "@/server/platform/new-id";
import {
  countLiveTokens,
  findSpacesOf,
  findTokenExpiry,
  insertToken,
  isEndedMeanwhile,
  listTokenRows,
  lockTokens,
  type TokenOwner,
} from "./api-token.store";
import { apiTokenDto } from "./api-token-dto";
import { recordAudit } from "./record-audit";

const TOKENS_MAX = 100;
const DAY_MS = 86_400_000;

interface Wanted {
  name: string;
  role: Role;
  /** null = each workspace of its owner */
  workspaceId: string | null;
  spaceIds: readonly string[] | null;
  expiresInDays: number | null;
}

/**
 * Makes a token; the secret of the answer is told this once. Through another token only what that one may do itself, for no longer than it
 * lives: otherwise whoever found a token could keep what it opens.
 * @throws AppError not_found for a space that is not of the workspace; forbidden for more than the token that asks; conflict from 100 on;
 * unauthenticated where session or token ended meanwhile
 */
export async function makeToken(
  actor: Exclude<Actor, { kind: "system" }>,
  owner: TokenOwner,
  wanted: Wanted,
): Promise<{ token: ApiTokenDto; secret: string }> {
  const { name, role, workspaceId } = wanted;
  const spaceIds = wanted.spaceIds && [...new Set(wanted.spaceIds)];
  if (actor.token) requireWithin(actor.token, { ...wanted, spaceIds });
  if (spaceIds && (await findSpacesOf(workspaceId ?? "", spaceIds)).length < spaceIds.length) throw notFound();
  const expiresAt = await expiryOf(actor.token, wanted.expiresInDays);
  const made = newApiToken("userId" in owner ? "pat" : "bot");
  const id = newId("tok");
  await prisma().$transaction(async (tx) => {
    await lockTokens(tx, owner);
    const sessionId = actor.kind === "user" ? actor.sessionId : "";
    // Who lost their way in while they asked leaves no other one behind.
    if (await isEndedMeanwhile(tx, { sessionId, tokenId: actor.token?.id ?? null }))
      throw new AppError("unauthenticated", "Your session or token has ended. Sign in and try again.");
    if ((await countLiveTokens(tx, owner)) >= TOKENS_MAX)
      throw new AppError("conflict", `There are ${TOKENS_MAX} tokens already. Revoke those that nobody uses.`);
    await insertToken(tx, {
      ...{ id, secretHash: made.hash, hint: made.hint, name, role, workspaceId, expiresAt },
      ...{ userId: "userId" in owner ? owner.userId : null, createdByName: actor.name },
      ...{ isSpaceLimited: spaceIds !== null, spaceIds: spaceIds ?? [], madeThroughId: actor.token?.id ?? null },
    });
    await recordAudit(tx, {
      ...{ actor, action: "token.created", workspaceId, target: { kind: "token", id, name } },
      after: { role, workspaceId, spaceIds, expiresAt: expiresAt?.toISOString() ?? null },
    });
  });
  const [row] = await listTokenRows(owner, id);
  if (!row) throw notFound();
  return { token: apiTokenDto(row), secret: made.secret };
}

function requireWithin(token: ActingToken, wanted: Wanted): void {
  const isLesserRole = lesserRole(token.role, wanted.role) === wanted.role;
  const isItsWorkspace = token.workspaceId === null || token.workspaceId === wanted.workspaceId;
  const areItsSpaces =
    token.spaceIds === null || (wanted.spaceIds?.every((spaceId) => token.spaceIds?.includes(spaceId)) ?? false);
  if (isLesserRole && isItsWorkspace && areItsSpaces) return;
  throw new AppError(
    "forbidden",
    "Through an API token only one can be made that may do no more than itself: the same role or a lower one, in its workspace and spaces.",
  );
}

async function expiryOf(through: ActingToken | null, days: number | null): Promise<Date | null> {
  const own = days === null ? null : new Date(Date.now() + days * DAY_MS);
  const limit = through && (await findTokenExpiry(through.id));
  return limit && (own === null || own > limit) ? limit : own;
}
