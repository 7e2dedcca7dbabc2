import type { ProblemCode } from "@/contracts/problem";

/** An outcome that the caller caused or can act on; `detail` is shown to them as it is. Anything else is a fault of ours. */
export class AppError extends Error {
  override readonly name = "AppError";
  constructor(
    readonly code: ProblemCode,
    readonly detail: string,
    readonly errors: readonly { path: string; message: string }[] = [],
  ) {
    super(detail);
  }
}

/** The same answer for what does not exist and for what belongs to somebody else. */
export function notFound(): AppError {
  return new AppError(
    "not_found",
    "There is nothing here that you can see. It may have been removed, or the address is wrong.",
  );
}
