import type { z } from "zod";
import { callOperation, operationUrl } from "@/contracts/call";
import { getRun, type RunDto } from "@/contracts/history";
import type { Operation } from "@/contracts/operation";
import { type Problem, problemSchema } from "@/contracts/problem";
import { until } from "@/testing/until";
import { dataOfFrames, expectDocumented } from "./documented";
import type { Session } from "./sign-in";

type Input<O extends Operation> = {
  params?: z.input<O["params"]>;
  query?: z.input<O["query"]>;
  body?: z.input<O["body"]>;
};

export interface Api {
  /** @throws ProblemError for every answer that is no success */
  call<O extends Operation>(operation: O, input: Input<O>): Promise<z.output<O["response"]>>;
  /** The run when it is over, however it ended. */
  untilOver(workspaceId: string, runId: string, timeoutMs?: number): Promise<RunDto>;
  /** The run when it is as wanted. @throws Error when it is over and never was */
  untilRun(workspaceId: string, runId: string, what: string, isWanted: (run: RunDto) => boolean): Promise<RunDto>;
}

/** The API as a signed-in person uses it. */
export function apiOf(url: string, session: Session): Api {
  const call: Api["call"] = (operation, input) => {
    const look = async (target: string, init: RequestInit) => {
      const response = await fetch(target, init);
      expectDocumented(operation, await readAnswer(response.clone()));
      return response;
    };
    return callOperation(operation, input, { baseUrl: url, headers: session.headers, fetch: look });
  };
  const untilRun = async (
    place: { workspaceId: string; runId: string },
    what: string,
    isWanted: (run: RunDto) => boolean,
    options: { timeoutMs: number; everyMs: number },
  ) => {
    let seen: RunDto | undefined;
    return until(
      what,
      async () => {
        seen = await call(getRun, { params: place });
        if (isWanted(seen)) return seen;
        if (isOver(seen)) throw new Error(`the run is over and never was "${what}": ${JSON.stringify(seen)}`);
        return null;
      },
      { ...options, lastSeen: () => seen },
    );
  };
  return {
    call,
    untilOver: (workspaceId, runId, timeoutMs = 60_000) =>
      untilRun({ workspaceId, runId }, `run ${runId} is over`, isOver, { timeoutMs, everyMs: 250 }),
    // It may not stay like that for long.
    untilRun: (workspaceId, runId, what, isWanted) =>
      untilRun({ workspaceId, runId }, what, isWanted, { timeoutMs: 60_000, everyMs: 100 }),
  };
}

const ACTIVE = new Set(["queued", "running", "cancelling"]);

function isOver(run: Pick<RunDto, "status">): boolean {
  return !ACTIVE.has(run.status);
}

/** An answer as it came, for tests of what is refused. */
export interface RawAnswer {
  status: number;
  contentType: string;
  text: string;
  /** null when it is no problem document */
  problem: Problem | null;
  requestId: string | null;
}

/** Sends a request that `callOperation` would not: any path, any body, signed in or not. Of a stream only the head is read, and `frames`. */
export async function send(
  url: string,
  operation: Operation,
  request: {
    session?: Session | null;
    /** instead of a session's */
    headers?: Record<string, string>;
    params?: Record<string, string>;
    query?: Record<string, unknown>;
    body?: unknown;
    /** instead of `body`, as it is */
    rawBody?: string;
    /** so many of a stream, or all until it ends */
    frames?: number;
  },
): Promise<RawAnswer> {
  const hasBody = operation.method !== "GET" && operation.method !== "DELETE";
  const abort = new AbortController();
  const response = await fetch(
    `${url}${operationUrl(operation, { params: request.params as never, query: request.query as never })}`,
    {
      method: operation.method,
      headers: {
        ...request.session?.headers,
        ...request.headers,
        ...(hasBody ? { "content-type": "application/json" } : {}),
      },
      ...(hasBody ? { body: request.rawBody ?? JSON.stringify(request.body ?? {}) } : {}),
      redirect: "manual",
      signal: abort.signal,
    },
  );
  const contentType = response.headers.get("content-type") ?? "";
  if (contentType.startsWith("text/event-stream")) {
    const text = await readFrames(response, request.frames ?? 0);
    abort.abort();
    expectDocumented(operation, { status: response.status, contentType, text });
    return {
      status: response.status,
      contentType,
      text,
      problem: null,
      requestId: response.headers.get("x-request-id"),
    };
  }
  const answer = await readAnswer(response);
  expectDocumented(operation, answer);
  const requestId = response.headers.get("x-request-id");
  return { ...answer, requestId, problem: readProblem(contentType, answer.text) };
}

async function readFrames(response: Response, count: number): Promise<string> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (dataOfFrames(text).length < count) {
    const part = await reader?.read();
    if (part?.value === undefined) break;
    text += part.value;
  }
  return text;
}

async function readAnswer(response: Response): Promise<Omit<RawAnswer, "problem" | "requestId">> {
  const contentType = response.headers.get("content-type") ?? "";
  return { status: response.status, contentType, text: await response.text() };
}

function readProblem(contentType: string, text: string): Problem | null {
  if (!contentType.startsWith("application/problem+json")) return null;
  const parsed = problemSchema.strict().safeParse(JSON.parse(text));
  return parsed.success ? parsed.data : null;
}
