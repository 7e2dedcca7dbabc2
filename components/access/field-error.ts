import { ProblemError } from "@/contracts/call";

/** What the server found wrong with one field of the body; undefined where it was something else. */
export function fieldError(error: unknown, field: string): string | undefined {
  if (!(error instanceof ProblemError)) return undefined;
  return error.problem.errors?.find(({ path }) => path === `body.${field}`)?.message;
}

/** Whether the server's problem stands at a field already. */
export function hasFieldErrors(error: unknown): boolean {
  return error instanceof ProblemError && (error.problem.errors?.length ?? 0) > 0;
}
