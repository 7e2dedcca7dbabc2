import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { eventStream, type StreamSource, type StreamStep } from "./event-stream";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function sourceOf(change: Partial<StreamSource> = {}) {
  let asked = 0;
  const source: StreamSource = {
    read: (): Promise<StreamStep> => Promise.resolve({ frame: { id: ++asked, data: { n: asked } } }),
    isStillAllowed: () => Promise.resolve(true),
    pollMs: 100,
    signal: new AbortController().signal,
    ...change,
  };
  return { source, asked: () => asked };
}

async function nextText(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string | null> {
  const pending = reader.read();
  await vi.advanceTimersByTimeAsync(1_000);
  const { value, done } = await pending;
  return done ? null : new TextDecoder().decode(value);
}

describe("server-sent events", () => {
  test("frames follow each other with their ids, and the last one ends the stream", async () => {
    const steps: StreamStep[] = [
      { frame: { id: 7, data: { a: 1 } } },
      { frame: null },
      { frame: { data: "no id" }, hasMore: true },
      { frame: { id: 9, data: null }, isLast: true },
    ];
    const { source } = sourceOf({ read: () => Promise.resolve(steps.shift() ?? null) });
    const reader = eventStream(source).getReader();
    const texts: (string | null)[] = [];
    for (let i = 0; i < 5; i++) texts.push(await nextText(reader));
    expect(texts).toEqual([
      "retry: 1000\n\n",
      'id: 7\ndata: {"a":1}\n\n',
      'data: "no id"\n\n',
      "id: 9\ndata: null\n\n",
      null,
    ]);
  });

  test("nothing is asked while the reader does not read, and all goes on when it does", async () => {
    const { source, asked } = sourceOf();
    const reader = eventStream(source).getReader();
    await vi.advanceTimersByTimeAsync(30_000);
    expect(asked()).toBe(0);
    expect(await nextText(reader)).toBe("retry: 1000\n\n");
    expect(await nextText(reader)).toContain('data: {"n":1}');
    await vi.advanceTimersByTimeAsync(30_000);
    expect(asked()).toBeLessThanOrEqual(3);
  });

  test("it ends when the session was revoked, whether the reader reads or not", async () => {
    let isAllowed = true;
    const { source } = sourceOf({
      read: () => Promise.resolve({ frame: null }),
      isStillAllowed: () => Promise.resolve(isAllowed),
    });
    const reading = eventStream(source).getReader();
    expect(await nextText(reading)).toContain("retry");
    const ended = reading.read();
    await vi.advanceTimersByTimeAsync(2_000);
    isAllowed = false;
    await vi.advanceTimersByTimeAsync(12_000);
    expect(await ended).toMatchObject({ done: true });

    const { source: unread, asked } = sourceOf({ isStillAllowed: () => Promise.resolve(false) });
    const idle = eventStream(unread).getReader();
    await vi.advanceTimersByTimeAsync(12_000);
    expect(await nextText(idle)).toContain("retry");
    expect(await nextText(idle)).toBeNull();
    expect(asked()).toBe(0);
  });

  test("it ends by itself, where what is watched is gone, and where it cannot be read", async () => {
    const { source } = sourceOf({ read: () => Promise.resolve({ frame: null }) });
    const reader = eventStream(source).getReader();
    await nextText(reader);
    const texts: string[] = [];
    const drained = (async () => {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        texts.push(new TextDecoder().decode(value));
      }
    })();
    await vi.advanceTimersByTimeAsync(95_000);
    await drained;
    expect(texts.length).toBeGreaterThanOrEqual(4);
    expect(new Set(texts)).toEqual(new Set([": still here\n\n"]));

    const gone = eventStream(sourceOf({ read: () => Promise.resolve(null) }).source).getReader();
    await nextText(gone);
    expect(await nextText(gone)).toBeNull();

    const broken = eventStream(sourceOf({ read: () => Promise.reject(new Error("no database")) }).source).getReader();
    await nextText(broken);
    await expect(broken.read()).rejects.toThrow("no database");
  });

  test("nothing is asked any more once the reader went away", async () => {
    const abort = new AbortController();
    for (const leave of [
      (reader: ReadableStreamDefaultReader<Uint8Array>) => reader.cancel(),
      () => Promise.resolve(abort.abort()),
    ]) {
      const { source, asked } = sourceOf({ signal: abort.signal });
      const reader = eventStream(source).getReader();
      await nextText(reader);
      await nextText(reader);
      await leave(reader);
      const before = asked();
      await vi.advanceTimersByTimeAsync(20_000);
      expect(asked()).toBe(before);
    }
  });
});
