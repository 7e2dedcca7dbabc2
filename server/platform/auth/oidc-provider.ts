import type { Profile } from "next-auth";
import type { OAuthConfig } from "next-auth/providers/oauth";
import { env } from "../env";

/** As it stands in the provider's redirect address: <RECLAIM_URL>/api/auth/callback/oidc. */
export const OIDC_PROVIDER = "oidc";

/** As the provider sends them: nothing of it is taken for granted (`providedIdentity`). */
interface OidcClaims extends Profile {
  sub: string;
  email_verified?: unknown;
}

/** The single sign-on provider of the environment; null where none is set. */
export function oidcProvider(): OAuthConfig<OidcClaims> | null {
  const settings = env();
  const {
    RECLAIM_OIDC_ISSUER: issuer,
    RECLAIM_OIDC_CLIENT_ID: clientId,
    RECLAIM_OIDC_CLIENT_SECRET: clientSecret,
  } = settings;
  if (!issuer || !clientId || !clientSecret) return null;
  return {
    id: OIDC_PROVIDER,
    type: "oauth",
    name: settings.RECLAIM_OIDC_NAME,
    issuer,
    wellKnown: `${issuer.replace(/\/+$/, "")}/.well-known/openid-configuration`,
    ...{ clientId, clientSecret, idToken: true },
    authorization: { params: { scope: "openid email profile" } },
    checks: ["pkce", "state", "nonce"],
    userinfo: {
      // Many providers say who somebody is only there; the identity token, which is checked by then, says the rest.
      async request({ client, tokens }) {
        const claims = (tokens as typeof tokens & { claims(): OidcClaims }).claims();
        if (!client.issuer.metadata.userinfo_endpoint) return claims;
        // Of these very tokens: an answer about somebody else is refused.
        return { ...(await client.userinfo(tokens as Parameters<typeof client.userinfo>[0])), ...claims };
      },
    },
    profile: ({ sub }) => ({ id: sub }),
  };
}

/** What it is called on the sign-in page; null where there is none. */
export function oidcName(): string | null {
  return oidcProvider()?.name ?? null;
}

/** What the provider says of somebody, read with care. */
export function providedIdentity(subject: string, claims: Profile | undefined) {
  const { email, email_verified, name }: Record<string, unknown> = { ...claims };
  return {
    ...{ issuer: env().RECLAIM_OIDC_ISSUER ?? "", subject },
    email: typeof email === "string" ? email : null,
    // Some providers write booleans as texts.
    isEmailVerified: email_verified === true || email_verified === "true",
    name: typeof name === "string" ? name : null,
  };
}
