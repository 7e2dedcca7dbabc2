import fc from "fast-check";
import { expect, test } from "vitest";
import { cursorDate, decodeCursor, encodeCursor } from "./cursor";

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
  expect(cursorDate("2026-01-02T03:04:05.000Z")?.getTime()).toBe(Date.UTC(2026, 0, 2, 3, 4, 5));
});
