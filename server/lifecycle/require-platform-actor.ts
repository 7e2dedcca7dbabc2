import { AppError } from "@/server/platform/app-error";
import type { Actor } from "@/server/platform/auth/actor";

/** Whether somebody may change what is the whole platform's. */
export function isPlatformActor(actor: Actor): boolean {
  return actor.kind === "user" && actor.isPlatformAdmin;
}

/** @throws AppError forbidden, with what only a platform admin may do */
export function requirePlatformActor(actor: Actor, what: string): void {
  if (!isPlatformActor(actor)) throw new AppError("forbidden", `Only a platform admin may ${what}.`);
}
