import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import Provider from "oidc-provider";

/** Somebody whom the provider knows; what it says of them. */
export interface OidcPerson {
  email: string;
  isEmailVerified: boolean;
  name: string;
}

export interface OidcServer {
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** Starts to answer, for a console at this address. */
  serve(consoleUrl: string): void;
  stop(): Promise<void>;
}

/**
 * A real OpenID Connect provider on loopback. Whoever signs in there types the subject of one of `people` as their login (any password); its
 * address is known before the console's is, since the console is started with it.
 */
export async function startOidcProvider(people: Record<string, OidcPerson>): Promise<OidcServer> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const [clientId, clientSecret] = ["reclaim", "a client secret of the tests"];
  return {
    ...{ issuer, clientId, clientSecret },
    serve: (consoleUrl) => {
      const provider = new Provider(issuer, {
        clients: [
          {
            ...{ client_id: clientId, client_secret: clientSecret },
            redirect_uris: [`${consoleUrl}/api/auth/callback/oidc`],
          },
        ],
        claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
        cookies: { keys: ["a cookie key of the tests"] },
        findAccount: (_, accountId) => {
          const person = people[accountId];
          if (!person) return undefined;
          const { email, isEmailVerified, name } = person;
          return { accountId, claims: () => ({ sub: accountId, email, email_verified: isEmailVerified, name }) };
        },
      });
      server.on("request", provider.callback());
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
