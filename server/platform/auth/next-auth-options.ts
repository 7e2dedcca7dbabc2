import type { NextAuthOptions } from "next-auth";
import CredentialsProvider from "next-auth/providers/credentials";
import { env } from "../env";
import { insertSession, revokeSession } from "./access.store";
import { verifyCredentials } from "./verify-credentials";

/** Sign-in with e-mail and password. The token carries a session id; the session's row decides on every request. */
export function nextAuthOptions(): NextAuthOptions {
  return {
    secret: env().RECLAIM_SESSION_SECRET,
    session: { strategy: "jwt", maxAge: 14 * 86_400 },
    pages: { signIn: "/sign-in" },
    providers: [
      CredentialsProvider({
        name: "credentials",
        credentials: { email: { label: "E-mail", type: "email" }, password: { label: "Password", type: "password" } },
        async authorize(credentials, request) {
          if (!credentials?.email || !credentials.password) return null;
          const user = await verifyCredentials(credentials.email, credentials.password);
          if (!user) return null;
          const agent: unknown = request.headers?.["user-agent"];
          const sessionId = await insertSession(user.id, typeof agent === "string" ? agent.slice(0, 300) : null);
          return { id: user.id, email: user.email, name: user.name, sessionId };
        },
      }),
    ],
    callbacks: {
      jwt({ token, user }) {
        const sessionId = (user as { sessionId?: string } | undefined)?.sessionId;
        return sessionId ? { ...token, sessionId } : token;
      },
    },
    events: {
      async signOut({ token }) {
        if (typeof token?.sessionId === "string") await revokeSession(token.sessionId);
      },
    },
  };
}
