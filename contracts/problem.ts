import { z } from "zod";

export const PROBLEM_TYPES = {
  bad_request: { status: 400, title: "The request is not valid" },
  unauthenticated: { status: 401, title: "Sign in first" },
  forbidden: { status: 403, title: "Your role does not allow this" },
  not_found: { status: 404, title: "Not found" },
  conflict: { status: 409, title: "Something is in the way" },
  precondition_failed: { status: 412, title: "It was changed meanwhile" },
  too_large: { status: 413, title: "The request is too large" },
  unprocessable: { status: 422, title: "This cannot be done" },
  too_many_requests: { status: 429, title: "Too many requests" },
  unavailable: { status: 503, title: "Not available right now" },
  internal: { status: 500, title: "Something went wrong on our side" },
} as const;
export type ProblemCode = keyof typeof PROBLEM_TYPES;

/** A problem document (RFC 9457). `detail` says what to do and is safe to show. */
export const problemSchema = z.object({
  type: z.string(),
  code: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  instance: z.string().optional(),
  requestId: z.string(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});
export type Problem = z.infer<typeof problemSchema>;

export const PROBLEM_MEDIA_TYPE = "application/problem+json";
