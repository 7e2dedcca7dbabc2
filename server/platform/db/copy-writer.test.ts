import fc from "fast-check";
import { expect, test } from "vitest";
import { CopiedRow } from "./copied-row";
import { COPY_FRAME, CopyWriter } from "./copy-writer";

test("what is written is what the reader of rows reads, in any order of columns and however large", () => {
  // Half characters have no UTF-8; times beyond the year 2223 have more microseconds than a number is exact for.
  const text = fc.string({ unit: "grapheme", maxLength: 60 });
  const column = fc.oneof(
    fc.record({ kind: fc.constant("text" as const), value: fc.option(text) }),
    fc.record({ kind: fc.constant("int4" as const), value: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }) }),
    fc.record({ kind: fc.constant("time" as const), value: fc.option(fc.integer({ min: -8e12, max: 8e12 })) }),
  );
  fc.assert(
    fc.property(fc.array(fc.array(column, { minLength: 1, maxLength: 8 }), { maxLength: 6 }), (rows) => {
      const writer = new CopyWriter(1);
      for (const columns of rows) {
        writer.row(columns.length);
        for (const { kind, value } of columns) {
          if (kind === "text") writer.text(value);
          else if (kind === "time") writer.time(value);
          else writer.int4(value);
        }
        const read = new CopiedRow();
        expect(read.open(writer.take())).toBe(true);
        for (const { kind, value } of columns) expect(read[kind]()).toBe(value);
      }
      const end = new CopiedRow();
      expect(end.open(COPY_FRAME.end)).toBe(false);
    }),
  );
});

test("a size that is none is refused, not written as another", () => {
  for (const value of [Number.NaN, 1.5, 2 ** 53]) expect(() => new CopyWriter().int8(value)).toThrow(RangeError);
  for (const value of [Number.NaN, 1.5, 2 ** 31]) expect(() => new CopyWriter().int4(value)).toThrow(RangeError);
});
