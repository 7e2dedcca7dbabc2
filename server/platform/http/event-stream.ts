const KEEPALIVE_MS = 15_000;
/** So often is it asked whether the reader may still read. */
const REAUTHORIZE_MS = 10_000;
/** A stream ends itself; the browser's EventSource comes back, with the id of the last frame. */
const STREAM_MS = 90_000;
const RETRY_MS = 1_000;

/** What a source has to say now. */
export interface StreamStep {
  /** null = nothing new */
  frame: { id?: string | number; data: unknown } | null;
  /** Nothing comes after this: the stream ends. */
  isLast?: boolean;
  /** There is more at once: ask again without a pause. */
  hasMore?: boolean;
}

export interface StreamSource {
  /** Answers what is new since it was asked last; null = what is watched is gone, and the stream ends. */
  read(): Promise<StreamStep | null>;
  /** Asked every few seconds; false ends the stream: sessions are revoked and members leave while somebody watches. */
  isStillAllowed(): Promise<boolean>;
  pollMs: number;
  /** Aborts when the reader went away. */
  signal: AbortSignal;
}

/**
 * A source as server-sent events. It is asked again and again, but never while the reader has not taken what was sent: a page that
 * sleeps holds one frame, not all that happened. An error of the source ends the stream, and the browser comes back.
 */
export function eventStream(source: StreamSource): ReadableStream<Uint8Array> {
  const stop = new AbortController();
  if (source.signal.aborted) stop.abort();
  source.signal.addEventListener("abort", () => stop.abort(), { once: true });
  const reader = new ReaderGate();
  return new ReadableStream<Uint8Array>({
    start(controller) {
      void pump(source, controller, reader, stop.signal);
    },
    pull() {
      reader.open();
    },
    cancel() {
      stop.abort();
    },
  });
}

async function pump(
  source: StreamSource,
  controller: ReadableStreamDefaultController<Uint8Array>,
  reader: ReaderGate,
  signal: AbortSignal,
): Promise<void> {
  const encoder = new TextEncoder();
  const endsAt = Date.now() + STREAM_MS;
  let sentAt = Date.now();
  let allowedAt = Date.now();
  const send = (text: string) => {
    sentAt = Date.now();
    controller.enqueue(encoder.encode(text));
  };
  try {
    send(`retry: ${RETRY_MS}\n\n`);
    while (!signal.aborted && Date.now() < endsAt) {
      if ((controller.desiredSize ?? 0) <= 0) {
        await reader.opened(Math.min(REAUTHORIZE_MS, endsAt - Date.now()), signal);
      }
      if (Date.now() - allowedAt >= REAUTHORIZE_MS) {
        if (!(await source.isStillAllowed())) break;
        allowedAt = Date.now();
      }
      if ((controller.desiredSize ?? 0) <= 0) continue;
      const step = await source.read();
      if (step === null) break;
      const { frame } = step;
      if (frame !== null)
        send(`${frame.id === undefined ? "" : `id: ${frame.id}\n`}data: ${JSON.stringify(frame.data)}\n\n`);
      else if (Date.now() - sentAt > KEEPALIVE_MS) send(": still here\n\n");
      if (step.isLast) break;
      if (!step.hasMore) await pause(source.pollMs, signal);
    }
    controller.close();
  } catch (error) {
    // A reader that went away closed the controller already.
    try {
      controller.error(error);
    } catch {
      return;
    }
  }
}

/** Where the pump waits until the reader has taken what was sent. */
class ReaderGate {
  #wake: (() => void) | null = null;

  open(): void {
    this.#wake?.();
  }

  opened(timeoutMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        this.#wake = null;
        resolve();
      };
      const timer = setTimeout(done, Math.max(0, timeoutMs));
      signal.addEventListener("abort", done, { once: true });
      this.#wake = done;
    });
  }
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
