import { type RunFrame, runFrameSchema } from "@/contracts/history";
import { isFinished } from "@/domain/history/run-status";
import { notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { findRun, readRunSince } from "./run.store";
import { runDto } from "./run-dto";

const POLL_MS = 400;
const KEEPALIVE_MS = 15_000;
/** The stream ends itself; the browser's EventSource comes back with Last-Event-ID. */
const STREAM_MS = 90_000;
const EVENTS_PER_FRAME = 500;

/**
 * A run as server-sent events. Frames carry the whole row and the log lines after `afterSequence`; their ids are
 * sequences, so that a reconnect resumes without a gap. Ends with a `done` frame.
 * @throws AppError not_found
 */
export async function watchRun(
  scope: WorkspaceScope,
  input: { runId: string; afterSequence: number },
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array>> {
  if (!(await findRun(scope.workspaceId, input.runId))) throw notFound();
  const stop = new AbortController();
  signal.addEventListener("abort", () => stop.abort(), { once: true });
  return new ReadableStream<Uint8Array>({
    start(controller) {
      void pump(scope.workspaceId, input.runId, input.afterSequence, controller, stop.signal);
    },
    cancel() {
      stop.abort();
    },
  });
}

async function pump(
  workspaceId: string,
  runId: string,
  afterSequence: number,
  controller: ReadableStreamDefaultController<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  const encoder = new TextEncoder();
  const send = (text: string) => controller.enqueue(encoder.encode(text));
  const endsAt = Date.now() + STREAM_MS;
  let sequence = afterSequence;
  let shown = "";
  let sentAt = 0;
  try {
    send("retry: 1000\n\n");
    while (!signal.aborted && Date.now() < endsAt) {
      const frame = await readFrame(workspaceId, runId, sequence);
      if (!frame) break;
      const row = JSON.stringify(frame.run);
      if (row !== shown || frame.events.length > 0 || frame.type === "done") {
        sequence = frame.events.at(-1)?.sequence ?? sequence;
        shown = row;
        sentAt = Date.now();
        send(`id: ${sequence}\ndata: ${JSON.stringify(frame)}\n\n`);
        if (frame.type === "done") break;
      } else if (Date.now() - sentAt > KEEPALIVE_MS) {
        sentAt = Date.now();
        send(": still here\n\n");
      }
      if (frame.events.length < EVENTS_PER_FRAME) await pause(POLL_MS, signal);
    }
    controller.close();
  } catch (error) {
    // A reader that went away closed the controller already; anything else ends the stream, and the browser comes back.
    try {
      controller.error(error);
    } catch {
      return;
    }
  }
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

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
    signal.addEventListener("abort", done, { once: true });
  });
}
