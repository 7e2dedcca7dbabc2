import type { RegistryAccess } from "@/domain/access/registry-scope";

/** Gives the `Authorization` header for what a request needs, or null for none. */
export type RegistryAuthorizer = {
  readonly kind: "console" | "basic" | "none";
  authorize(access: readonly RegistryAccess[]): Promise<string | null>;
  /** Called once where the registry answered 401: a header to try again with, or null to give up. */
  answerChallenge(challenge: string | undefined, access: readonly RegistryAccess[]): Promise<string | null>;
};
