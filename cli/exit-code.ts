import { CommanderError } from "commander";
import { ProblemError } from "@/contracts/call";

/** What the command tells the shell; scripts rely on these. */
export const EXIT = {
  ok: 0,
  /** a run failed, or the console could not do it or not be reached */
  failed: 1,
  /** the command line is wrong, or an answer was needed and nobody is there to give it */
  usage: 2,
  /** not signed in, or not allowed */
  access: 3,
  notFound: 4,
  /** something is in the way: it changed meanwhile, or is busy */
  conflict: 5,
  /** a run was cancelled, or somebody pressed Ctrl-C */
  cancelled: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends the command with a message for people and a code for scripts. */
export class CliError extends Error {
  override readonly name = "CliError";
  constructor(
    message: string,
    readonly exitCode: ExitCode = EXIT.failed,
  ) {
    super(message);
  }
}

/** The code for what was thrown. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof CliError) return error.exitCode;
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof ProblemError) return BY_STATUS[error.problem.status] ?? EXIT.failed;
  return EXIT.failed;
}

const BY_STATUS: Record<number, ExitCode> = {
  400: EXIT.usage,
  401: EXIT.access,
  403: EXIT.access,
  404: EXIT.notFound,
  409: EXIT.conflict,
  412: EXIT.conflict,
  413: EXIT.usage,
};
