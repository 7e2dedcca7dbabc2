import { PROBLEM_TYPES, type ProblemCode } from "@/contracts/problem";
import { isStorableText } from "@/lib/storable";
import { AppError, notFound } from "@/server/platform/app-error";
import type { Actor } from "@/server/platform/auth/actor";
import { clientAddress } from "@/server/platform/http/client-address";
import { newRequestId } from "@/server/platform/http/problem-response";
import { countRequest, type RateLimitState, rateLimitHeaders, refuseExceeded } from "@/server/platform/http/rate-limit";
import { recordRefusal } from "@/server/platform/http/record-refusal";
import { type RequestContext, runInRequest } from "@/server/platform/http/request-context";
import { log } from "@/server/platform/log";

export interface CompatibleAnswer {
  status: number;
  /** null = no content */
  body: unknown;
}

interface Options {
  /** how the request is called in logs and in the audit */
  operation: string;
  authenticate(request: Request): Promise<Actor | null>;
  answer(actor: Actor, request: Request): Promise<CompatibleAnswer>;
  /** how an error is written in this API */
  errorBody(code: ProblemCode, message: string, requestId: string): object;
  /** what somebody without credentials is told */
  signIn: { message: string; challenge: string };
}

/**
 * A route of an API that other systems made: their way to sign in and to write errors, around our use cases. Credentials come with each
 * request, never from a cookie, so that no other site can have a browser send them.
 */
export function compatibleRoute(options: Options): (request: Request) => Promise<Response> {
  return async (request) => {
    const asked: RequestContext & { rateLimit: RateLimitState | null } = {
      ...{ requestId: newRequestId(), address: clientAddress(request.headers), operation: options.operation },
      ...{ actor: null, rateLimit: null },
    };
    const response = await runInRequest(asked, async () => {
      try {
        const actor = await options.authenticate(request);
        asked.actor = actor;
        asked.rateLimit = await countCaller(actor, asked.address);
        refuseExceeded(asked.rateLimit);
        if (!actor) throw new AppError("unauthenticated", options.signIn.message);
        const { status, body } = await options.answer(actor, request);
        return respond(status, body, asked.requestId);
      } catch (error) {
        const { method } = request;
        await recordRefusal(asked, { method, summary: options.operation, path: new URL(request.url).pathname }, error);
        return failed(error, options, asked.requestId);
      }
    });
    for (const [name, value] of Object.entries(asked.rateLimit ? rateLimitHeaders(asked.rateLimit) : {}))
      response.headers.set(name, value);
    return response;
  };
}

/** Counted with the other requests of the same caller. */
async function countCaller(actor: Actor | null, address: string | null): Promise<RateLimitState | null> {
  if (actor?.kind === "user" || actor?.kind === "robot")
    return countRequest("api", actor.token?.id ?? (actor.kind === "user" ? actor.userId : actor.tokenId));
  return address === null ? null : countRequest("anonymous", address);
}

function respond(status: number, body: unknown, requestId: string): Response {
  const headers = { "cache-control": "no-store", "x-request-id": requestId };
  if (body === null) return new Response(null, { status, headers });
  return new Response(JSON.stringify(body), { status, headers: { ...headers, "content-type": "application/json" } });
}

function failed(error: unknown, { errorBody, signIn }: Options, requestId: string): Response {
  const isOurs = !(error instanceof AppError);
  if (isOurs) log.error({ error, requestId }, "request failed");
  const code = isOurs ? "internal" : error.code;
  const message = isOurs ? "It was recorded. Try again in a moment." : error.detail;
  const response = respond(PROBLEM_TYPES[code].status, errorBody(code, message, requestId), requestId);
  if (code === "unauthenticated") response.headers.set("www-authenticate", signIn.challenge);
  return response;
}

/**
 * The parts of a request's path after the first `skipped`, decoded one by one: a name may have a slash in it, written `%2F`.
 * @throws AppError not_found for what is no text
 */
export function pathSegments(request: Request, skipped: number): string[] {
  const { pathname } = new URL(request.url);
  try {
    const segments = pathname
      .split("/")
      .slice(skipped + 1)
      .map(decodeURIComponent);
    if (segments.every(isStorableText)) return segments;
  } catch {
    // Not UTF-8: no name of ours.
  }
  throw notFound();
}
