import fc from "fast-check";
import { expect, test } from "vitest";
import { readEventStream, type StreamMessage } from "./event-stream";

async function read(chunks: readonly Uint8Array[]): Promise<StreamMessage[]> {
  async function* body() {
    yield* chunks;
  }
  const messages: StreamMessage[] = [];
  for await (const message of readEventStream(body())) messages.push(message);
  return messages;
}

const bytes = (text: string) => new TextEncoder().encode(text);

test("N-18 frames with ids, comments between them, and data of several lines", async () => {
  const text = ': hello\n\nid: 7\ndata: {"a":1}\n\nevent: update\ndata: one\ndata: two\n\ndata: never ended';
  expect(await read([bytes(text)])).toEqual([
    { id: "7", data: '{"a":1}' },
    { id: "7", data: "one\ntwo" },
  ]);
});

test("N-18 however a stream is cut into pieces, its messages are the same", async () => {
  const line = fc.string({ unit: fc.constantFrom("a", "ü", "🧹", " ", ":", "{") });
  const scenario = fc.record({
    datas: fc.array(line, { minLength: 1, maxLength: 5 }),
    end: fc.constantFrom("\n", "\r\n", "\r"),
    cuts: fc.array(fc.nat(200), { maxLength: 8 }),
  });
  await fc.assert(
    fc.asyncProperty(scenario, async ({ datas, end, cuts }) => {
      const all = bytes(`${datas.map((data) => `data: ${data}${end}${end}`).join("")}${end}.`);
      const places = [0, ...cuts.map((cut) => cut % all.length).sort((a, b) => a - b), all.length];
      const chunks = places.slice(1).map((place, at) => all.slice(places[at], place));
      expect((await read(chunks)).map(({ data }) => data)).toEqual(datas);
    }),
  );
});
