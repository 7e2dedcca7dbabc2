import { type RunFrame, runFrameSchema } from "@/contracts/history";
import { isFinished } from "@/domain/history/run-status";
import { notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { eventStream } from "@/server/platform/http/event-stream";
import type { StreamFacts } from "@/server/platform/http/route";
import { findRun, readRunSince } from "./run.store";
import { runDto } from "./run-dto";

const POLL_MS = 400;
const EVENTS_PER_FRAME = 500;

/**
 * A run as server-sent events. Frames carry the whole row and the log lines after `afterSequence`; their ids are
 * sequences, so that a reconnect resumes without a gap. Ends with a `done` frame.
 * @throws AppError not_found
 */
export async function watchRun(
  scope: WorkspaceScope,
  input: { runId: string; afterSequence: number },
  facts: Pick<StreamFacts, "signal" | "isStillAllowed">,
): Promise<ReadableStream<Uint8Array>> {
  if (!(await findRun(scope.workspaceId, input.runId))) throw notFound();
  let sequence = input.afterSequence;
  let shown = "";
  return eventStream({
    ...facts,
    pollMs: POLL_MS,
    async read() {
      const frame = await readFrame(scope.workspaceId, input.runId, sequence);
      if (!frame) return null;
      const row = JSON.stringify(frame.run);
      const isLast = frame.type === "done";
      if (row === shown && frame.events.length === 0 && !isLast) return { frame: null };
      sequence = frame.events.at(-1)?.sequence ?? sequence;
      shown = row;
      return { frame: { id: sequence, data: frame }, isLast, hasMore: frame.events.length === EVENTS_PER_FRAME };
    },
  });
}

async function readFrame(workspaceId: string, runId: string, afterSequence: number): Promise<RunFrame | null> {
  const read = await readRunSince(workspaceId, runId, afterSequence, EVENTS_PER_FRAME);
  if (!read) return null;
  const { run, events } = read;
  const isLast = isFinished(run.status) && events.length < EVENTS_PER_FRAME;
  return runFrameSchema.parse({
    type: isLast ? "done" : "update",
    run: runDto(run),
    events: events.map((event) => ({ ...event, at: new Date(event.at).toISOString() })),
  });
}
