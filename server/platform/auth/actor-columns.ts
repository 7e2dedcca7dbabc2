import type { Actor } from "./actor";

/** An actor as the audit log keeps it; null = nobody is signed in. */
export function actorColumns(actor: Actor | null) {
  if (actor === null) return { actorKind: "anonymous", actorName: "somebody not signed in", ...NOBODY };
  const { kind: actorKind, name: actorName } = actor;
  if (actor.kind === "system") return { actorKind, actorName, ...NOBODY };
  const actorId = actor.kind === "user" ? actor.userId : actor.tokenId;
  return { actorKind, actorName, actorId, tokenId: actor.token?.id ?? null, tokenName: actor.token?.name ?? null };
}

const NOBODY = { actorId: null, tokenId: null, tokenName: null } as const;
