import { AppError } from "@/server/platform/app-error";
import type { Actor } from "@/server/platform/auth/actor";

/** @throws AppError forbidden for a workspace's own token: no person stands behind it */
export function requireTokenOwner(actor: Actor): Extract<Actor, { kind: "user" }> {
  if (actor.kind === "user") return actor;
  throw new AppError("forbidden", "A workspace's own token has no account. Use a personal one, or sign in.");
}
