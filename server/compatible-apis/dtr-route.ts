import type { Actor } from "@/server/platform/auth/actor";
import { basicCredentials } from "@/server/platform/http/basic-credentials";
import { type CompatibleAnswer, compatibleRoute } from "./compatible-route";

/** A route of Docker Trusted Registry's API: credentials are an e-mail address with its password, or any name with an API token. */
export function dtrRoute(
  operation: string,
  verify: (username: string, password: string) => Promise<Actor | null>,
  answer: (actor: Actor, request: Request) => Promise<CompatibleAnswer>,
): (request: Request) => Promise<Response> {
  return compatibleRoute({
    operation: `dtr ${operation}`,
    async authenticate(request) {
      const credentials = basicCredentials(request.headers.get("authorization"));
      return credentials && verify(credentials.username, credentials.password);
    },
    answer,
    errorBody: (code, message, requestId) => ({ errors: [{ code: code.toUpperCase(), message }], requestId }),
    signIn: {
      message: "Send an e-mail address and its password, or any name and an API token, as HTTP Basic credentials.",
      challenge: 'Basic realm="Reclaim"',
    },
  });
}
