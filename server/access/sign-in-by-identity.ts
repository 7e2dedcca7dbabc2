import { storableText } from "@/lib/storable";
import { holdPasswordHash, insertSession } from "@/server/platform/auth/access.store";
import { NO_PASSWORD } from "@/server/platform/auth/password";
import { prisma, type Transaction } from "@/server/platform/db/prisma";
import { newId } from "@/server/platform/new-id";
import { listAcceptable } from "./invitation.store";
import { joinWorkspace } from "./join-workspace";
import { recordAudit } from "./record-audit";
import { findAccountByEmail, findUserByIdentity, insertIdentity, insertUser, lockIdentity } from "./user.store";

/** What a single sign-on provider says of somebody. */
export interface ProvidedIdentity {
  issuer: string;
  subject: string;
  email: string | null;
  /** The provider has made sure that the address is theirs. */
  isEmailVerified: boolean;
  name: string | null;
}

export type IdentityOutcome =
  | { kind: "signed-in"; sessionId: string }
  /** `unknown`: no account and no invitation; `unverified`: the provider does not vouch for the address; `disabled` */
  | { kind: "refused"; reason: "unknown" | "unverified" | "disabled" };

type Account = NonNullable<Awaited<ReturnType<typeof findUserByIdentity>>>;

/**
 * Opens a session for somebody whom the provider knows: by its subject where they came before, else by the address that it has verified; who has
 * no account yet gets one by the invitations that are open to that address. Nobody else is let in.
 */
export async function signInByIdentity(identity: ProvidedIdentity, userAgent: string | null): Promise<IdentityOutcome> {
  const outcome = await prisma().$transaction(async (tx) => {
    const found = await findOrMake(tx, identity);
    if (typeof found === "string") return { reason: found, userId: null };
    // Held, so that nobody who is disabled at this moment keeps a session.
    if ((await holdPasswordHash(tx, found.id)) === null) return { reason: "disabled" as const, userId: found.id };
    const sessionId = await insertSession(found.id, userAgent, tx);
    await recordAudit(tx, {
      actor: { ...personOf(found), sessionId },
      ...{ action: "session.started", workspaceId: null, after: { issuer: identity.issuer } },
      target: { kind: "user", id: found.id, name: found.email },
    });
    return { sessionId };
  });
  if (outcome.sessionId !== undefined) return { kind: "signed-in", sessionId: outcome.sessionId };
  const { reason, userId } = outcome;
  const email = storableText(identity.email ?? "").slice(0, 254);
  await recordAudit(prisma(), {
    ...{ actor: null, action: "session.refused", workspaceId: null, outcome: "refused" },
    target: { kind: "user", id: userId ?? email, name: email },
    after: { reason, issuer: identity.issuer, subject: storableText(identity.subject) },
  });
  return { kind: "refused", reason };
}

async function findOrMake(tx: Transaction, identity: ProvidedIdentity): Promise<Account | "unknown" | "unverified"> {
  const { issuer, subject } = identity;
  await lockIdentity(tx, issuer, subject);
  const known = await findUserByIdentity(tx, issuer, subject);
  if (known) return known;
  const email = identity.email === null ? "" : storableText(identity.email.trim().toLowerCase()).slice(0, 254);
  if (email === "" || !identity.isEmailVerified) return "unverified";
  const account = (await findAccountByEmail(tx, email)) ?? (await makeByInvitation(tx, email, identity.name));
  if (account === null) return "unknown";
  await insertIdentity(tx, { issuer, subject, userId: account.id });
  await recordAudit(tx, {
    ...{ actor: personOf(account), action: "user.linked", workspaceId: null, after: { issuer, subject } },
    target: { kind: "user", id: account.id, name: account.email },
  });
  return account;
}

/** An account without a password for whoever is invited somewhere, a member of all that they are invited to; null for others. */
async function makeByInvitation(tx: Transaction, email: string, givenName: string | null): Promise<Account | null> {
  const invitations = await listAcceptable(tx, email);
  if (invitations.length === 0) return null;
  const name = storableText(givenName?.trim() || email).slice(0, 100);
  const id = newId("usr");
  await insertUser(tx, { id, email, name, passwordHash: NO_PASSWORD, isPlatformAdmin: false });
  const account = { id, email, name, isPlatformAdmin: false, disabledAt: null };
  for (const invitation of invitations) await joinWorkspace(tx, personOf(account), invitation);
  return account;
}

function personOf({ id: userId, name, email, isPlatformAdmin }: Account) {
  return { kind: "user", userId, name, email, isPlatformAdmin, sessionId: "", token: null } as const;
}
