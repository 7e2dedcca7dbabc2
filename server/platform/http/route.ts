import type { NextRequest } from "next/server";
import type { InputOf, Operation, OutputOf } from "@/contracts/operation";
import { AppError } from "../app-error";
import type { Actor } from "../auth/actor";
import { bringsCredentials, identifyRequest } from "../auth/authenticate-request";
import type { Identity } from "../auth/identity";
import { requireReach, requireSpaceReach } from "../auth/require-reach";
import { requirePermission, scopeOfIdentity, type WorkspaceScope } from "../auth/workspace-scope";
import { env } from "../env";
import { clientAddress } from "./client-address";
import { answerOnce } from "./idempotency";
import { errorResponse, invalidInput, newRequestId } from "./problem-response";
import { countRequest, type RateLimitState, rateLimitHeaders, refuseExceeded } from "./rate-limit";
import { readJsonBody } from "./read-body";
import { recordDone } from "./record-done";
import { recordRefusal } from "./record-refusal";
import { type RequestContext, runInRequest } from "./request-context";

// A route without a name in its path is given no params at all.
type RouteContext = { params: Promise<Record<string, string | string[] | undefined> | undefined> };
type RouteHandler = (request: NextRequest, context: RouteContext) => Promise<Response>;

/** What a handler may want of the request besides its input. */
export interface RequestFacts {
  readonly requestId: string;
  readonly signal: AbortSignal;
  readonly lastEventId: string | null;
}

/** What a stream needs besides: it outlives the moment in which its reader was let in. */
export interface StreamFacts extends RequestFacts {
  /** Looks once more whether the session stands and the workspace lets them read. */
  isStillAllowed(): Promise<boolean>;
}

/**
 * A route of a workspace: authenticates, opens the scope (404 for unknown and foreign), checks the permission (403),
 * parses the input (400), calls the use case, checks its output, and turns errors into problem documents.
 */
export function workspaceRoute<O extends Operation>(
  operation: O,
  handler: (scope: WorkspaceScope, input: InputOf<O>, facts: RequestFacts) => Promise<OutputOf<O>>,
): RouteHandler {
  return respond(operation, async (identity, request, context, facts) => {
    const scope = await scopeFor(operation, identity, (await context.params) ?? {});
    const input = await parseInput(operation, request, context);
    const answer = async () => jsonResponse(operation, await handler(scope, input, facts), facts.requestId);
    return onceWhereAsked(request, { actor: identity.actor, operation, input }, answer);
  });
}

/** As `workspaceRoute`, for an operation whose output is a stream of server-sent events: authorised before the first byte. */
export function workspaceStreamRoute<O extends Operation>(
  operation: O,
  handler: (scope: WorkspaceScope, input: InputOf<O>, facts: StreamFacts) => Promise<ReadableStream<Uint8Array>>,
): RouteHandler {
  return respond(operation, async (identity, request, context, facts) => {
    const params = (await context.params) ?? {};
    const scope = await scopeFor(operation, identity, params);
    const input = await parseInput(operation, request, context);
    const isStillAllowed = () => isAllowed(operation, request, params);
    return new Response(await handler(scope, input, { ...facts, isStillAllowed }), {
      headers: {
        "content-type": "text/event-stream; charset=utf-8",
        // no-transform keeps compression, which would hold frames back, away.
        "cache-control": "no-store, no-transform",
        "x-accel-buffering": "no",
        "x-request-id": facts.requestId,
      },
    });
  });
}

/** A text to download, made as it is taken. */
export interface TextFile {
  name: string;
  contentType: string;
  body: ReadableStream<Uint8Array>;
}

/** As `workspaceRoute`, for an operation whose output is a file to download. */
export function workspaceFileRoute<O extends Operation>(
  operation: O,
  handler: (scope: WorkspaceScope, input: InputOf<O>, facts: RequestFacts) => Promise<TextFile>,
): RouteHandler {
  return respond(operation, async (identity, request, context, facts) => {
    const scope = await scopeFor(operation, identity, (await context.params) ?? {});
    return fileResponse(await handler(scope, await parseInput(operation, request, context), facts), facts.requestId);
  });
}

/** As `signedInRoute`, for an operation whose output is a file to download. */
export function signedInFileRoute<O extends Operation>(
  operation: O,
  handler: (actor: Actor, input: InputOf<O>, facts: RequestFacts) => Promise<TextFile>,
): RouteHandler {
  return respond(operation, async ({ actor }, request, context, facts) => {
    requireReach(operation, actor);
    return fileResponse(await handler(actor, await parseInput(operation, request, context), facts), facts.requestId);
  });
}

function fileResponse(file: TextFile, requestId: string): Response {
  return new Response(file.body, {
    headers: {
      "content-type": file.contentType,
      "content-disposition": `attachment; filename="${file.name}"`,
      "x-content-type-options": "nosniff",
      "cache-control": "no-store",
      "x-request-id": requestId,
    },
  });
}

async function isAllowed(
  operation: Operation,
  request: NextRequest,
  params: Record<string, unknown>,
): Promise<boolean> {
  const identity = await identifyRequest(request, { workspaceId: String(params.workspaceId) });
  if (!identity) return false;
  try {
    await scopeFor(operation, identity, params);
    return true;
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
}

/**
 * A route for anybody who is signed in, or acts through a token where the operation allows it. `acceptsBasic` lets a command line in with an
 * e-mail address and a password that has no token yet.
 */
export function signedInRoute<O extends Operation>(
  operation: O,
  handler: (actor: Actor, input: InputOf<O>, facts: RequestFacts) => Promise<OutputOf<O>>,
  options: { acceptsBasic?: boolean } = {},
): RouteHandler {
  const run: Run = async ({ actor }, request, context, facts) => {
    requireReach(operation, actor);
    const input = await parseInput(operation, request, context);
    const answer = async () => jsonResponse(operation, await handler(actor, input, facts), facts.requestId);
    return onceWhereAsked(request, { actor, operation, input }, answer);
  };
  return respond(operation, run, options);
}

/** A route for anybody: what lets them do something is a secret in the body. Nobody is asked who they are. */
export function publicRoute<O extends Operation>(
  operation: O,
  handler: (input: InputOf<O>, facts: RequestFacts) => Promise<OutputOf<O>>,
): RouteHandler {
  return answerWith(operation, async (asked, request, context, facts) => {
    await countStranger(asked);
    const input = await parseInput(operation, request, context);
    return jsonResponse(operation, await handler(input, facts), facts.requestId);
  });
}

type Run = (identity: Identity, request: NextRequest, context: RouteContext, facts: RequestFacts) => Promise<Response>;

function respond(operation: Operation, run: Run, { acceptsBasic = false } = {}): RouteHandler {
  const isOfWorkspace = operation.access.kind === "workspace";
  return answerWith(operation, async (asked, request, context, facts) => {
    const workspaceId = isOfWorkspace ? String((await context.params)?.workspaceId) : null;
    const identity = await identifyRequest(request, { workspaceId, acceptsBasic });
    if (!identity) {
      await countStranger(asked);
      throw new AppError("unauthenticated", whyUnauthenticated(request));
    }
    const { actor } = identity;
    asked.actor = actor;
    asked.workspaceId = isTheirs(identity) ? workspaceId : null;
    asked.rateLimit = await countRequest("api", keyOf(actor));
    refuseExceeded(asked.rateLimit);
    return run(identity, request, context, facts);
  });
}

/** Whether the workspace that they ask about is one of theirs: what they are refused there concerns its admins. */
function isTheirs({ actor, workspaceId, memberRole }: Identity): boolean {
  return memberRole !== null || (actor.kind === "robot" && actor.workspaceId === workspaceId);
}

/** Scripts each have their own count, and a person has one for all of their pages. */
function keyOf(actor: Actor): string {
  if (actor.kind === "system") return actor.name;
  return actor.token?.id ?? (actor.kind === "user" ? actor.userId : actor.tokenId);
}

async function countStranger(asked: Asked): Promise<void> {
  if (asked.address === null) return;
  asked.rateLimit = await countRequest("anonymous", asked.address);
  refuseExceeded(asked.rateLimit);
}

function whyUnauthenticated(request: NextRequest): string {
  if (bringsCredentials(request)) return "This API token is not good: it is unknown, has expired or was revoked.";
  return "You are not signed in, or your session has ended. Sign in and try again.";
}

/** A start that is sent again with the same key is answered as the first time. */
function onceWhereAsked(
  request: NextRequest,
  asked: { actor: Actor; operation: Operation; input: unknown },
  answer: () => Promise<Response>,
): Promise<Response> {
  const key = request.headers.get("idempotency-key");
  return key === null || asked.operation.method !== "POST" ? answer() : answerOnce(key, asked, answer);
}

/** What is known of a request, and how its caller stands with a limit. */
type Asked = RequestContext & { rateLimit: RateLimitState | null };

function answerWith(
  operation: Operation,
  run: (asked: Asked, request: NextRequest, context: RouteContext, facts: RequestFacts) => Promise<Response>,
): RouteHandler {
  const answer = async (request: NextRequest, context: RouteContext, asked: Asked): Promise<Response> => {
    const { requestId } = asked;
    try {
      refuseNul(request.url);
      if (operation.method !== "GET" && !bringsCredentials(request)) refuseForeignOrigin(request);
      const response = await run(asked, request, context, {
        requestId,
        signal: request.signal,
        lastEventId: request.headers.get("last-event-id"),
      });
      const params = (await context.params) ?? {};
      await recordDone(asked, operation, { path: request.nextUrl.pathname, params });
      return response;
    } catch (error) {
      const { method, summary } = operation;
      await recordRefusal(asked, { method, summary, path: request.nextUrl.pathname }, error);
      return errorResponse(error, requestId);
    }
  };
  return async (request, context) => {
    const asked: Asked = {
      requestId: newRequestId(),
      address: clientAddress(request.headers),
      operation: operation.id,
      actor: null,
      rateLimit: null,
      ifMatch: request.headers.get("if-match"),
    };
    const response = await runInRequest(asked, () => answer(request, context, asked));
    for (const [name, value] of Object.entries(asked.rateLimit ? rateLimitHeaders(asked.rateLimit) : {}))
      response.headers.set(name, value);
    response.headers.set("x-request-id", asked.requestId);
    if (asked.etag !== undefined && response.ok) response.headers.set("etag", asked.etag);
    return response;
  };
}

async function scopeFor(
  operation: Operation,
  identity: Identity,
  params: Record<string, unknown>,
): Promise<WorkspaceScope> {
  if (operation.access.kind !== "workspace") throw new Error(`${operation.id} is not an operation of a workspace`);
  const scope = scopeOfIdentity(identity);
  requirePermission(scope, operation.access.permission);
  await requireSpaceReach(operation, scope, params);
  return scope;
}

async function parseInput<O extends Operation>(
  operation: O,
  request: NextRequest,
  context: RouteContext,
): Promise<InputOf<O>> {
  const hasBody = operation.method !== "GET" && operation.method !== "DELETE";
  const parse = (schema: Operation["params"], value: unknown, where: string): unknown => {
    const parsed = schema.safeParse(value);
    if (!parsed.success) throw invalidInput(parsed.error, where);
    return parsed.data;
  };
  return {
    params: parse(operation.params, (await context.params) ?? {}, "path"),
    query: parse(operation.query, Object.fromEntries(request.nextUrl.searchParams), "query"),
    body: parse(operation.body, hasBody ? await readJsonBody(request, operation.bodyBytesMax) : {}, "body"),
  } as InputOf<O>;
}

function jsonResponse(operation: Operation, output: unknown, requestId: string): Response {
  // Parsing our own answer keeps fields that nobody promised from leaving the house.
  return new Response(JSON.stringify(operation.response.parse(output)), {
    status: operation.successStatus,
    headers: { "content-type": "application/json", "cache-control": "no-store", "x-request-id": requestId },
  });
}

/** Cookies travel with requests that other sites start; a change is only taken from our own pages (or from no page at all). */
function refuseForeignOrigin(request: NextRequest): void {
  if (request.headers.get("sec-fetch-site") === "cross-site")
    throw new AppError("forbidden", "This request came from another site.");
  const origin = request.headers.get("origin");
  if (origin === null || origin === new URL(env().RECLAIM_URL).origin) return;
  // Behind a proxy, or under another name of this machine, the page's own host is as good.
  if (URL.canParse(origin) && new URL(origin).host === request.headers.get("host")) return;
  throw new AppError("forbidden", "This request came from another site.");
}

/** PostgreSQL takes no NUL in a text: refused here, once, so that no query has to fail on it. */
function refuseNul(text: string): void {
  if (text.includes("%00") || text.includes("\0"))
    throw new AppError("bad_request", "The address has a NUL character in it.");
}
