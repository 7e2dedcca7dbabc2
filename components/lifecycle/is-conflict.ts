import { ProblemError } from "@/contracts/call";

/** Whether somebody else changed meanwhile what was to be changed. */
export function isConflict(error: unknown): boolean {
  return error instanceof ProblemError && error.problem.code === "conflict";
}
