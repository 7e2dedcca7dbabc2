import { setTimeout as wait } from "node:timers/promises";
import { operationUrl, ProblemError } from "@/contracts/call";
import { getRun, type RunDto, type RunFrame, runFrameSchema, watchRun } from "@/contracts/history";
import { readEventStream } from "./event-stream";
import { isAtRest } from "./run-progress";
import type { Session } from "./session";

const POLL_MS = 1000;
/** Frames, or the comments that keep a stream open, come much more often than this. */
const SILENCE_MS = 45_000;
const POLLS_FAILED_MAX = 30;

/**
 * Follows a run until nothing more happens by itself: over its stream, and where that fails by asking each second. A console that is
 * away for half a minute (a restart, say) is waited for.
 * @returns the run as it was last
 * @throws ProblemError where it cannot be read at all
 */
export async function followRun(
  session: Session,
  place: { workspaceId: string; runId: string },
  hear: (frame: RunFrame) => void,
): Promise<RunDto> {
  const first = await session.call(getRun, { params: place });
  hear({ type: "update", run: first, events: [] });
  if (isAtRest(first)) return first;
  return (await followStream(session, place, hear)) ?? (await poll(session, place, hear));
}

/** The run at rest, or null where the stream ended before. */
async function followStream(
  session: Session,
  place: { workspaceId: string; runId: string },
  hear: (frame: RunFrame) => void,
): Promise<RunDto | null> {
  const abort = new AbortController();
  const silence = setTimeout(() => abort.abort(), SILENCE_MS);
  try {
    const response = await session.request(operationUrl(watchRun, { params: place }), {
      headers: { accept: "text/event-stream" },
      signal: abort.signal,
    });
    if (!response.ok || !response.body) return null;
    for await (const { data } of readEventStream(withHeartbeat(response.body, () => silence.refresh()))) {
      const frame = runFrameSchema.safeParse(parseJson(data));
      if (!frame.success) continue;
      hear(frame.data);
      if (frame.data.type === "done" || isAtRest(frame.data.run)) return frame.data.run;
    }
    return null;
  } catch {
    // A proxy that buffers or cuts, or a console that restarts: asking again still works, or says why not.
    return null;
  } finally {
    clearTimeout(silence);
    abort.abort();
  }
}

async function* withHeartbeat(body: ReadableStream<Uint8Array>, beat: () => void): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    beat();
    yield part.value;
  }
}

async function poll(
  session: Session,
  place: { workspaceId: string; runId: string },
  hear: (frame: RunFrame) => void,
): Promise<RunDto> {
  for (let failed = 0; ; ) {
    try {
      const run = await session.call(getRun, { params: place });
      failed = 0;
      hear({ type: "update", run, events: [] });
      if (isAtRest(run)) return run;
    } catch (error) {
      const isAway = error instanceof ProblemError && (error.problem.status === 0 || error.problem.status >= 500);
      failed += 1;
      if (!isAway || failed > POLLS_FAILED_MAX) throw error;
    }
    await wait(POLL_MS);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
