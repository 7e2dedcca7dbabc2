import type { z } from "zod";
import type { Operation } from "./operation";
import { type Problem, problemSchema } from "./problem";

/** An answer that is not a success, as the problem document the server sent. */
export class ProblemError extends Error {
  override readonly name = "ProblemError";
  constructor(readonly problem: Problem) {
    super(problem.detail || problem.title);
  }
}

type Input<O extends Operation> = {
  params?: z.input<O["params"]>;
  query?: z.input<O["query"]>;
  body?: z.input<O["body"]>;
};

/** Path with `{name}` filled in and the query appended (undefined values are left out). */
export function operationUrl<O extends Operation>(operation: O, input: Pick<Input<O>, "params" | "query">): string {
  const params = (input.params ?? {}) as Record<string, unknown>;
  const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params[name])));
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries((input.query ?? {}) as Record<string, unknown>)) {
    if (value !== undefined && value !== "") query.set(key, String(value));
  }
  const text = query.toString();
  return text ? `${path}?${text}` : path;
}

/**
 * Calls an operation and parses its answer.
 * @throws ProblemError for every answer that is no success, a network failure included (code `unavailable`)
 */
export async function callOperation<O extends Operation>(
  operation: O,
  input: Input<O>,
  options: {
    baseUrl?: string;
    headers?: Record<string, string>;
    signal?: AbortSignal;
    /** instead of the global one: to try again, or to look at answers as they come */
    fetch?: (url: string, init: RequestInit) => Promise<Response>;
  } = {},
): Promise<z.output<O["response"]>> {
  const hasBody = operation.method !== "GET" && operation.method !== "DELETE";
  let response: Response;
  try {
    response = await (options.fetch ?? fetch)(`${options.baseUrl ?? ""}${operationUrl(operation, input)}`, {
      method: operation.method,
      headers: {
        accept: "application/json",
        ...(hasBody ? { "content-type": "application/json" } : {}),
        ...options.headers,
      },
      ...(hasBody ? { body: JSON.stringify(input.body ?? {}) } : {}),
      ...(options.signal ? { signal: options.signal } : {}),
    });
  } catch (cause) {
    if (options.signal?.aborted) throw cause;
    throw new ProblemError({
      type: "about:blank",
      code: "unavailable",
      title: "No connection",
      status: 0,
      detail: "The console cannot be reached. Check the connection and try again.",
      requestId: "",
    });
  }
  const text = await response.text();
  if (!response.ok) throw new ProblemError(readProblem(response.status, text));
  return operation.response.parse(JSON.parse(text)) as z.output<O["response"]>;
}

function readProblem(status: number, text: string): Problem {
  try {
    return problemSchema.parse(JSON.parse(text));
  } catch {
    return {
      type: "about:blank",
      code: "internal",
      title: "Unexpected answer",
      status,
      detail: `The console answered ${status}. Try again in a moment.`,
      requestId: "",
    };
  }
}
