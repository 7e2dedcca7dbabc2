import { CommanderError } from "commander";
import { ProblemError } from "@/contracts/call";
import { EXIT, exitCodeOf } from "./exit-code";
import { note } from "./output/print";
import { plain } from "./output/text";
import { createProgram } from "./program";

// Whoever reads us may have heard enough: `reclaim image list --all | head`.
process.stdout.on("error", (error: NodeJS.ErrnoException) =>
  process.exit(error.code === "EPIPE" ? EXIT.ok : EXIT.failed),
);

createProgram()
  .parseAsync()
  .catch((error: unknown) => {
    tell(error);
    process.exitCode = exitCodeOf(error);
  });

/** In words for people; with `--json`, a problem as the console sent it. Commander has told its own already. */
function tell(error: unknown): void {
  if (error instanceof CommanderError) return;
  if (!(error instanceof ProblemError)) {
    const text = error instanceof Error ? error.message : String(error);
    if (text) note(plainLines(text));
    return;
  }
  const { problem } = error;
  if (process.argv.includes("--json")) {
    note(JSON.stringify(problem));
    return;
  }
  const details = (problem.errors ?? []).map(({ path, message }) => `  ${path}: ${message}`);
  const request = problem.requestId ? ` (request ${problem.requestId})` : "";
  const lines = [`${problem.title}: ${error.message}${request}`, ...(details.length > 1 ? details : [])];
  note(plainLines(lines.join("\n")));
}

function plainLines(text: string): string {
  return text.split("\n").map(plain).join("\n");
}
