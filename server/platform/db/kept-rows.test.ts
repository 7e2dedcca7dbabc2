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
      kept.end();
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

test("memory that was given back is one other's only", () => {
  const [ended, other] = [new KeptRows(), new KeptRows()];
  ended.keep(rowOf(["gone", 1]));
  ended.end();
  ended.end();
  const [next, after] = [new KeptRows(), new KeptRows()];
  const all = [other, next, after].map((kept, at) => ({ kept, at, place: kept.keep(rowOf([`row ${at}`, at])) }));
  for (const { kept, at, place } of all) expect(kept.read(place).text()).toBe(`row ${at}`);
});
