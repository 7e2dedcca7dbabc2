import { basicCredentials } from "@/server/platform/http/basic-credentials";
import { readBody } from "@/server/platform/http/read-body";
import { log } from "@/server/platform/log";
import { issueRegistryToken, type TokenAnswer } from "@/server/registries/issue-registry-token";

const BODY_BYTES_MAX = 64 * 1024;

/** The token endpoint of the registry's token specification: Basic credentials, `scope` repeated or space-separated. */
export function GET(request: Request): Promise<Response> {
  return answer(async () => {
    const header = request.headers.get("authorization");
    const credentials = basicCredentials(header);
    if (header !== null && !credentials) return { kind: "denied", message: "send HTTP Basic credentials" };
    return issueRegistryToken({ credentials, scopes: new URL(request.url).searchParams.getAll("scope") });
  });
}

/** The OAuth2 form of it, which containerd and BuildKit try first. Refresh tokens are not given out. */
export function POST(request: Request): Promise<Response> {
  return answer(async () => {
    const form = new URLSearchParams((await readBody(request, BODY_BYTES_MAX)).toString("utf8"));
    const username = form.get("username");
    const password = form.get("password");
    if (form.get("grant_type") !== "password" || username === null || password === null) {
      return { kind: "denied", message: "only grant_type=password with username and password is supported" };
    }
    return issueRegistryToken({ credentials: { username, password }, scopes: form.getAll("scope") });
  });
}

async function answer(issue: () => Promise<TokenAnswer>): Promise<Response> {
  try {
    const result = await issue();
    if (result.kind === "denied") return refusal(401, "DENIED", result.message);
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
function refusal(status: number, code: string, message: string): Response {
  return Response.json(
    { errors: [{ code, message, detail: null }], details: message },
    {
      status,
      headers: {
        "cache-control": "no-store",
        ...(status === 401 ? { "www-authenticate": 'Basic realm="Reclaim"' } : {}),
      },
    },
  );
}
