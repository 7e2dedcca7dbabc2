import fc from "fast-check";
import { expect, test } from "vitest";
import { CopiedRow } from "./copied-row";
import { CopyWriter } from "./copy-writer";
import { KeptRows } from "./kept-rows";

const rows = fc.array(fc.tuple(fc.string({ unit: "binary", maxLength: 200 }), fc.integer({ min: -9, max: 9 })), {
  maxLength: 30,
});

/** A row whose first column is read before it is kept. */
function rowOf([text, number]: [string, number]): CopiedRow {
  const writer = new CopyWriter();
  writer.row(3);
  writer.text("read already");
  writer.text(text);
  writer.int4(number);
  const row = new CopiedRow();
  row.open(Buffer.from(writer.take()));
  row.text();
  return row;
}

test("rows are read as they came, in any order and as often as asked, however much room they need", () => {
  fc.assert(
    fc.property(rows, rows, fc.integer({ min: 0, max: 3000 }), (first, second, bytes) => {
      // Not given back: the next one would have its memory, which is large enough by then.
      const kept = new KeptRows(bytes);
      // What comes after they were forgotten lies where they lay.
      for (const given of [first, second]) {
        kept.clear();
        const places = given.map((one) => kept.keep(rowOf(one)));
        const read = (place: number) => {
          const row = kept.read(place);
          return [row.text(), row.int4()];
        };
        expect(places.toReversed().map(read).reverse()).toEqual(given);
        expect(places.map(read)).toEqual(given);
      }
    }),
  );
});

test("a column beyond a kept row is an error, not the next row's", () => {
  const kept = new KeptRows();
  const place = kept.keep(rowOf(["one", 1]));
  kept.keep(rowOf(["two", 2]));
  const row = kept.read(place);
  expect([row.text(), row.int4()]).toEqual(["one", 1]);
  expect(() => row.text()).toThrow(RangeError);
});

test("memory that was given back is one other's, and nobody else's", () => {
  const memoryOf = (kept: KeptRows) => kept.read(kept.keep(rowOf(["a row", 1]))).buffer.buffer;
  const [ended, other] = [new KeptRows(), new KeptRows()];
  const memory = memoryOf(ended);
  ended.end();
  ended.end();
  const next = new KeptRows();
  expect(memoryOf(next)).toBe(memory);
  expect(new Set([next, other, new KeptRows(), ended].map(memoryOf)).size).toBe(4);
  // What grew beyond the ordinary is let go.
  next.keep(rowOf(["x".repeat(3 * 1024 * 1024), 1]));
  const grown = memoryOf(next);
  next.end();
  expect(memoryOf(new KeptRows())).not.toBe(grown);
});
