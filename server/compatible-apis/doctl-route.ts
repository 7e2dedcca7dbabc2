import { notFound } from "@/server/platform/app-error";
import type { Actor } from "@/server/platform/auth/actor";
import { readJsonBody } from "@/server/platform/http/read-body";
import { answerDoctl, type DoctlRequest } from "./answer-doctl";
import { compatibleRoute, pathSegments } from "./compatible-route";

const BODY_BYTES_MAX = 16 * 1024;
/** `/v2/<family>` */
const FAMILY_SEGMENTS = 2;

/** The route of one family of `doctl` commands; credentials are a bearer token. */
export function doctlRoute(
  family: DoctlRequest["family"],
  authenticate: (request: Request) => Promise<Actor | null>,
): (request: Request) => Promise<Response> {
  return compatibleRoute({
    operation: `doctl ${family}`,
    authenticate: async (request) =>
      /^bearer /i.test(request.headers.get("authorization") ?? "") ? authenticate(request) : null,
    async answer(actor, request) {
      const { pathname, searchParams } = new URL(request.url);
      const segments = pathSegments(request, FAMILY_SEGMENTS);
      if (segments.includes("")) throw notFound();
      const takesBody = request.method === "POST" || request.method === "PUT";
      const body = takesBody ? await readJsonBody(request, BODY_BYTES_MAX) : null;
      return answerDoctl(actor, {
        ...{ family, method: request.method, path: pathname, segments, query: searchParams, body },
      });
    },
    errorBody: (code, message, requestId) => ({
      id: code === "unauthenticated" ? "unauthorized" : code,
      message,
      request_id: requestId,
    }),
    signIn: { message: "Unable to authenticate you: send a token of this console.", challenge: "Bearer" },
  });
}
