import { ProblemError } from "@/contracts/call";

/** Whether an operation answered that the thing is unknown or belongs to somebody else (both answer alike). */
export function isNotFound(error: unknown): boolean {
  return error instanceof ProblemError && error.problem.status === 404;
}
