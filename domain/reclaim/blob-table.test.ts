import fc from "fast-check";
import { expect, it } from "vitest";
import { BlobTable } from "./blob-table";

// Few values for each half: many keys fall into one place of the table, and differ in one half only.
const half = fc.oneof(fc.nat(7), fc.constantFrom(0xffffffff, 0x80000000, 0x7fffffff));

it("numbers each key once, in the order of its first sight, and finds it again however far the table grew", {
  timeout: 30_000,
}, () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(half, half), { maxLength: 60 }), fc.constantFrom(0, 1100), (keys, others) => {
      const table = new BlobTable();
      const known = new Map<string, number>();
      const add = (low: number, high: number) => {
        const key = `${low}/${high}`;
        const expected = known.get(key) ?? known.size;
        known.set(key, expected);
        if (table.add(low, high, expected * 3) !== expected) throw new Error(`${key} is not number ${expected}`);
      };
      for (const [low, high] of keys) add(low, high);
      for (let other = 0; other < others; other++) add(100 + other, other % 5);
      expect(table.count).toBe(known.size);
      for (const [key, blob] of known) {
        const [low = 0, high = 0] = key.split("/").map(Number);
        expect(table.find(low, high)).toBe(blob);
        expect(table.keyOf(blob)).toEqual({ low, high });
        expect(table.sizeOf(blob)).toBe(blob * 3);
      }
      expect(table.find(50, 50)).toBeUndefined();
    }),
    { numRuns: 10 },
  );
});
