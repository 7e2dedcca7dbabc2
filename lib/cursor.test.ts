import fc from "fast-check";
import { expect, test } from "vitest";
import { cursorDate, cursorInteger, decodeCursor, encodeCursor } from "./cursor";

test("a cursor gives back what it was made of, whatever the text", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "grapheme" }), { maxLength: 4 }), (parts) => {
      expect(decodeCursor(encodeCursor(parts))).toEqual(parts);
    }),
  );
});

test("a cursor that is not ours means the first page", () => {
  for (const text of [undefined, "", "%%%", "eyJhIjoxfQ", "bm90IGpzb24"]) expect(decodeCursor(text)).toBeUndefined();
  expect(cursorDate("yesterday")).toBeUndefined();
  for (const parts of [["a\0"], ["fine", "\ud800"]]) expect(decodeCursor(encodeCursor(parts))).toBeUndefined();
  for (const time of ["+275760-09-13T00:00:00.000Z", "-000044-03-15T00:00:00.000Z"])
    expect(cursorDate(time)).toBeUndefined();
  for (const text of [undefined, "", "-1", "1.5", "1e300", "Infinity", "4294967296", "x"])
    expect(cursorInteger(text)).toBeUndefined();
  expect(cursorInteger("2147483647")).toBe(2_147_483_647);
  expect(cursorDate("2026-01-02T03:04:05.000Z")?.getTime()).toBe(Date.UTC(2026, 0, 2, 3, 4, 5));
});
