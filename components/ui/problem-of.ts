import { ProblemError } from "@/contracts/call";

/** What `ErrorState`, a table's `error` and a toast show of any thrown value. Undefined for no error. */
export function problemOf(error: unknown): { title: string; detail?: string; requestId?: string } | undefined {
  if (error === null || error === undefined) return undefined;
  if (error instanceof ProblemError) {
    const { title, detail, requestId } = error.problem;
    return { title, detail, requestId };
  }
  return {
    title: "This could not be loaded",
    detail: "The answer was not what this page expected. Try again in a moment.",
  };
}
