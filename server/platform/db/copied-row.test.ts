import fc from "fast-check";
import { expect, test } from "vitest";
import { CopiedRow, Words } from "./copied-row";
import { CopyWriter } from "./copy-writer";

test("words are what their bytes say, however many come and in whatever order", () => {
  const word = fc.string({ unit: "grapheme-ascii", maxLength: 4 });
  fc.assert(
    fc.property(fc.array(word, { maxLength: 60 }), fc.integer({ min: 1, max: 5 }), word, (texts, capacity, before) => {
      const words = new Words(capacity);
      for (const text of texts) {
        const buffer = Buffer.from(`${before}${text}!`, "latin1");
        expect(words.read(buffer, before.length, before.length + text.length)).toBe(text);
      }
    }),
  );
});

test("a column that a row does not have is an error, not an empty one", () => {
  const writer = new CopyWriter();
  writer.row(2);
  writer.int4(-7);
  writer.text(null);
  const bytes = Buffer.from(writer.take());
  const row = new CopiedRow();
  row.open(bytes);
  expect([row.int4(), row.text()]).toEqual([-7, null]);
  for (const read of [() => row.text(), () => row.column(), () => row.time()]) expect(read).toThrow(RangeError);
  row.open(bytes.subarray(0, bytes.length - 6));
  expect(() => row.int4()).toThrow(RangeError);
});
