import type { NextAuthOptions } from "next-auth";
import CredentialsProvider from "next-auth/providers/credentials";
import { env } from "../env";
import { OIDC_PROVIDER, oidcProvider, providedIdentity } from "./oidc-provider";

type ProvidedIdentity = ReturnType<typeof providedIdentity>;

/** What signing in and out do, given by the route: it is a use case of the area `access`. */
export interface SignInUseCases {
  withPassword(credentials: {
    email: string;
    password: string;
  }): Promise<
    | { kind: "signed-in"; sessionId: string; user: { id: string; email: string; name: string } }
    | { kind: "wrong" }
    | { kind: "locked"; retryAfterSeconds: number }
  >;
  withIdentity(
    identity: ProvidedIdentity,
  ): Promise<{ kind: "signed-in"; sessionId: string } | { kind: "refused"; reason: string }>;
  /** Ends a session. */
  signOut(sessionId: string): Promise<void>;
}

/**
 * Sign-in with e-mail and password, and by a single sign-on provider where one is set. The token carries a session id; the session's row
 * decides on every request.
 */
export function nextAuthOptions(useCases: SignInUseCases): NextAuthOptions {
  const oidc = oidcProvider();
  return {
    secret: env().RECLAIM_SESSION_SECRET,
    session: { strategy: "jwt", maxAge: 14 * 86_400 },
    pages: { signIn: "/sign-in", error: "/sign-in" },
    providers: [
      CredentialsProvider({
        name: "credentials",
        credentials: { email: { label: "E-mail", type: "email" }, password: { label: "Password", type: "password" } },
        async authorize(credentials) {
          if (!credentials?.email || !credentials.password) return null;
          const outcome = await useCases.withPassword(credentials);
          // The page reads it out of the answer: this is all that the library lets through.
          if (outcome.kind === "locked") throw new Error(`Locked:${outcome.retryAfterSeconds}`);
          return outcome.kind === "signed-in" ? { ...outcome.user, sessionId: outcome.sessionId } : null;
        },
      }),
      ...(oidc ? [oidc] : []),
    ],
    callbacks: {
      async signIn({ user, account, profile }) {
        if (account?.provider !== OIDC_PROVIDER) return true;
        const outcome = await useCases.withIdentity(providedIdentity(account.providerAccountId, profile));
        if (outcome.kind === "refused") return `/sign-in?error=sso-${outcome.reason}`;
        Object.assign(user, { sessionId: outcome.sessionId });
        return true;
      },
      jwt({ token, user }) {
        const sessionId = (user as { sessionId?: string } | undefined)?.sessionId;
        // Nothing that a provider told is carried around: who they are is asked by the session.
        return sessionId ? { sessionId } : token;
      },
    },
    events: {
      async signOut({ token }) {
        if (typeof token?.sessionId === "string") await useCases.signOut(token.sessionId);
      },
    },
  };
}
