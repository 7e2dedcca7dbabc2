import type { Role } from "@/domain/access/permissions";

/** The API token through which somebody acts: it can only take away from what they may do themselves. */
export interface ActingToken {
  readonly id: string;
  readonly name: string;
  /** The most that it may do in a workspace; its owner's role caps it further, at the time of use. */
  readonly role: Role;
  /** null = all workspaces of its owner */
  readonly workspaceId: string | null;
  /** null = all spaces */
  readonly spaceIds: readonly string[] | null;
}

/** Who acts. A system actor is ours (worker, schedule) and says in whose name. */
export type Actor =
  | {
      readonly kind: "user";
      readonly userId: string;
      readonly name: string;
      readonly email: string;
      readonly isPlatformAdmin: boolean;
      /** "" where they act through a token or with their password, without a session */
      readonly sessionId: string;
      /** The personal token that they act through; null = they themselves */
      readonly token: ActingToken | null;
    }
  /** A workspace's own token: no person stands behind it. */
  | {
      readonly kind: "robot";
      readonly tokenId: string;
      readonly name: string;
      readonly workspaceId: string;
      readonly token: ActingToken;
    }
  | { readonly kind: "system"; readonly name: string };
