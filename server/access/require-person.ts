import { AppError } from "@/server/platform/app-error";
import type { Actor } from "@/server/platform/auth/actor";

export type Person = Extract<Actor, { kind: "user" }>;

/** Somebody who is signed in. @throws AppError forbidden for API tokens: an account is changed by the person it belongs to */
export function requirePerson(actor: Actor): Person {
  if (actor.kind === "user" && actor.token === null) return actor;
  throw new AppError("forbidden", "API tokens are not for this: sign in to the console to do it.");
}

/** @throws AppError forbidden, with what only a platform admin may do */
export function requirePlatformAdmin(actor: Actor, what: string): Person {
  if (actor.kind === "user" && actor.isPlatformAdmin) return actor;
  throw new AppError("forbidden", `Only a platform admin may ${what}.`);
}
