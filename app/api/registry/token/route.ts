import { AppError } from "@/server/platform/app-error";
import { basicCredentials } from "@/server/platform/http/basic-credentials";
import { clientAddress } from "@/server/platform/http/client-address";
import { newRequestId } from "@/server/platform/http/problem-response";
import { rateLimitHeaders } from "@/server/platform/http/rate-limit";
import { readBody } from "@/server/platform/http/read-body";
import { recordRefusal } from "@/server/platform/http/record-refusal";
import { runInRequest } from "@/server/platform/http/request-context";
import { log } from "@/server/platform/log";
import { issueRegistryToken, type TokenAnswer } from "@/server/registries/issue-registry-token";

const BODY_BYTES_MAX = 64 * 1024;

/** The token endpoint of the registry's token specification: Basic credentials, `scope` repeated or space-separated. */
export function GET(request: Request): Promise<Response> {
  return answer(request, async () => {
    const header = request.headers.get("authorization");
    const credentials = basicCredentials(header);
    if (header !== null && !credentials) return { kind: "denied", message: "send HTTP Basic credentials" };
    return issueRegistryToken({ credentials, scopes: new URL(request.url).searchParams.getAll("scope") });
  });
}

/** The OAuth2 form of it, which containerd and BuildKit try first. Refresh tokens are not given out. */
export function POST(request: Request): Promise<Response> {
  return answer(request, async () => {
    const form = new URLSearchParams((await readBody(request, BODY_BYTES_MAX)).toString("utf8"));
    const username = form.get("username");
    const password = form.get("password");
    if (form.get("grant_type") !== "password" || username === null || password === null) {
      return { kind: "denied", message: "only grant_type=password with username and password is supported" };
    }
    return issueRegistryToken({ credentials: { username, password }, scopes: form.getAll("scope") });
  });
}

async function answer(request: Request, issue: () => Promise<TokenAnswer>): Promise<Response> {
  const asked = { requestId: newRequestId(), address: clientAddress(request.headers), operation: "registryToken" };
  try {
    const result = await runInRequest({ ...asked, actor: null }, issue);
    if (result.kind === "denied") {
      // Who sends nothing yet only asks what to send.
      const hasTried = request.method === "POST" || request.headers.has("authorization");
      const what = { method: "POST", path: new URL(request.url).pathname, summary: "Sign in to the registry" };
      const denied = new AppError("unauthenticated", result.message);
      if (hasTried) await recordRefusal({ ...asked, actor: null }, what, denied);
      return refusal(401, "DENIED", result.message);
    }
    if (result.kind === "limited") {
      const message = `too many requests: try again in ${result.rateLimit.resetSeconds} seconds`;
      return refusal(429, "TOOMANYREQUESTS", message, rateLimitHeaders(result.rateLimit));
    }
    const { token, expiresInSeconds, issuedAt, scope } = result;
    return Response.json(
      { token, access_token: token, expires_in: expiresInSeconds, issued_at: issuedAt.toISOString(), scope },
      { headers: { "cache-control": "no-store" } },
    );
  } catch (error) {
    log.error({ error }, "token request failed");
    return refusal(503, "UNAVAILABLE", "the token server is not available right now");
  }
}

/** Clients print the message of a registry error document, and of a 401 only. */
function refusal(status: number, code: string, message: string, headers: Record<string, string> = {}): Response {
  return Response.json(
    { errors: [{ code, message, detail: null }], details: message },
    {
      status,
      headers: {
        ...headers,
        "cache-control": "no-store",
        ...(status === 401 ? { "www-authenticate": 'Basic realm="Reclaim"' } : {}),
      },
    },
  );
}
