import type { RunDto } from "@/contracts/history";
import { confirmRun } from "@/contracts/reclaim";
import { ask, isAnswerable } from "./ask";
import { CliError, EXIT } from "./exit-code";
import { followRun } from "./follow-run";
import { note, printJson, printLine } from "./output/print";
import { count } from "./output/text";
import { createProgressBar } from "./progress-bar";
import { runName, runOutcome, runStatus } from "./run-progress";
import type { Session } from "./session";

/**
 * Follows a run that was started to its end and says what came of it.
 * @throws CliError where it did not succeed: 1 = failed or still waits for a confirmation, 130 = cancelled
 */
export async function settleRun(session: Session, workspaceId: string, started: RunDto): Promise<RunDto> {
  const run = await watchOut(session, { workspaceId, runId: started.id });
  if (run.status === "awaiting_confirmation" && isAnswerable()) {
    const answer = await ask(`${confirmationText(run)} Let it go on? [y/N] `);
    if (/^y(es)?$/i.test(answer.trim())) {
      await session.call(confirmRun, { params: { workspaceId, runId: run.id } });
      return reportRun(session, await watchOut(session, { workspaceId, runId: run.id }));
    }
  }
  return reportRun(session, run);
}

async function watchOut(session: Session, place: { workspaceId: string; runId: string }): Promise<RunDto> {
  const progress = createProgressBar();
  const onInterrupt = () => {
    progress.clear();
    note(
      `It goes on without you. Look at it: reclaim run watch ${place.runId}; stop it: reclaim run cancel ${place.runId}`,
    );
    process.exit(EXIT.cancelled);
  };
  process.once("SIGINT", onInterrupt);
  try {
    return await followRun(session, place, ({ run }) => progress.show(run));
  } finally {
    process.off("SIGINT", onInterrupt);
    progress.clear();
  }
}

/** Says how a run is; of one that is over or waits, by exit code too. @throws CliError as `settleRun` */
function reportRun(session: Session, run: RunDto): RunDto {
  if (session.isJson) printJson(run);
  else printLine(`${run.id} ${runName(run)}: ${runStatus(run.status)}. ${runOutcome(run)}.`);
  if (run.status === "failed") throw new CliError(run.error?.message ?? "The run failed.", EXIT.failed);
  if (run.status === "cancelled") throw new CliError(run.error?.message ?? "The run was cancelled.", EXIT.cancelled);
  if (run.status === "awaiting_confirmation") {
    throw new CliError(`${confirmationText(run)} Let it go on: reclaim run confirm ${run.id}`, EXIT.failed);
  }
  return run;
}

function confirmationText({ confirmation }: RunDto): string {
  if (!confirmation) return "It waits for a confirmation.";
  const { images, imagesTotal, tags, sharePercent, limitPercent } = confirmation;
  const share =
    confirmation.reason === "first_run" ? "" : ` (${Math.round(sharePercent)} %, more than ${limitPercent} %)`;
  return `It would take ${count(images, "image")} of ${imagesTotal}, ${count(tags, "tag")}${share}.`;
}

/** Of a run that nobody waits for: its id alone, which is what a script goes on with. */
export function startedRun(session: Session, run: RunDto): void {
  if (session.isJson) printJson(run);
  else printLine(run.id);
}
