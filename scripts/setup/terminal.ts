import { ServiceError } from "@/scripts/services/service-process";

/** Runs one step of a longer command and tells the user about it. */
export type Step = <T>(label: string, work: () => Promise<T>) => Promise<T>;

/** A failure that the user can do something about; its message is the one line that says what. */
export class UserError extends Error {
  override readonly name = "UserError";
}

const interactive = process.stdout.isTTY === true && process.env.TERM !== "dumb";
const colour = (code: string, text: string) => (interactive ? `\u001b[${code}m${text}\u001b[0m` : text);
export const dim = (text: string) => colour("2", text);
export const bold = (text: string) => colour("1", text);
const green = (text: string) => colour("32", text);
const red = (text: string) => colour("31", text);

/** Milliseconds as `0.4 s`, `12 s`, `2 min 5 s`. */
export function formatDuration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/** One line for each step: its name while it runs, a tick and its duration when it is done. */
export const terminalStep: Step = async (label, work) => {
  const startedAt = Date.now();
  if (interactive) process.stdout.write(`  ${label} …`);
  try {
    const result = await work();
    const clear = interactive ? "\r\u001b[2K" : "";
    process.stdout.write(`${clear}${green("✓")} ${label}  ${dim(formatDuration(Date.now() - startedAt))}\n`);
    return result;
  } catch (error) {
    if (interactive) process.stdout.write("\r\u001b[2K");
    throw error;
  }
};

/** Steps that nobody watches (tests). */
export const silentStep: Step = (_label, work) => work();

/** The end of the right log, dimmed, and below it the one line that says what to do. */
export function printFailure(error: unknown): void {
  if (error instanceof ServiceError && error.logTail !== "") console.error(dim(error.logTail.replace(/^/gm, "  │ ")));
  const expected = error instanceof ServiceError || error instanceof UserError;
  const message = error instanceof Error ? error.message : String(error);
  console.error(`${red("✗")} ${message}`);
  if (!expected && error instanceof Error && process.env.RECLAIM_LOG_LEVEL === "debug") console.error(error.stack);
}
