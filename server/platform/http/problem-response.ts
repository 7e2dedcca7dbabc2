import { randomBytes } from "node:crypto";
import type { ZodError } from "zod";
import { PROBLEM_MEDIA_TYPE, PROBLEM_TYPES, type Problem, type ProblemCode } from "@/contracts/problem";
import { AppError } from "../app-error";
import { log } from "../log";

export function newRequestId(): string {
  return `req_${randomBytes(9).toString("base64url")}`;
}

function problemResponse(
  code: ProblemCode,
  detail: string,
  requestId: string,
  errors: readonly { path: string; message: string }[] = [],
): Response {
  const { status, title } = PROBLEM_TYPES[code];
  const problem: Problem = {
    type: `urn:reclaim:problem:${code}`,
    code,
    title,
    status,
    detail,
    requestId,
    ...(errors.length > 0 ? { errors: [...errors] } : {}),
  };
  return new Response(JSON.stringify(problem), {
    status,
    headers: { "content-type": PROBLEM_MEDIA_TYPE, "cache-control": "no-store", "x-request-id": requestId },
  });
}

/** The one mapper from thrown things to answers: what the caller caused is shown, a fault of ours is logged once and hidden. */
export function errorResponse(error: unknown, requestId: string): Response {
  if (error instanceof AppError) return problemResponse(error.code, error.detail, requestId, error.errors);
  log.error({ error, requestId }, "request failed");
  return problemResponse(
    "internal",
    "It was recorded. Try again in a moment; if it stays, tell your administrator the request id.",
    requestId,
  );
}

/** Zod's issues as `path: message` rows. */
export function invalidInput(error: ZodError, where: string): AppError {
  const errors = error.issues.flatMap(nearest).map((issue) => ({
    path: [where, ...issue.path.map(String)].join("."),
    message: issue.message,
  }));
  const first = errors[0];
  return new AppError("bad_request", first ? `${first.path}: ${first.message}` : "The request is not valid.", errors);
}

type Issue = ZodError["issues"][number];

/** Of an input that may have several forms: what is wrong with the one that was meant, which knows all that was given. */
function nearest(issue: Issue): Issue[] {
  if (issue.code !== "invalid_union") return [issue];
  const meant = issue.errors.find((issues) => !issues.some(({ code }) => code === "unrecognized_keys"));
  if (meant === undefined || meant.length === 0) return [issue];
  return meant.flatMap((inner) => nearest({ ...inner, path: [...issue.path, ...inner.path] }));
}
