import fc from "fast-check";
import { expect, test } from "vitest";
import { PackedDigests } from "./packed-digests";

const hex = fc
  .array(fc.integer({ min: 0, max: 255 }), { minLength: 32, maxLength: 32 })
  .map((bytes) => Buffer.from(bytes).toString("hex"));

test("D-12 packed digests give back what was put in, and find what is in them and nothing else", () => {
  fc.assert(
    fc.property(fc.uniqueArray(hex, { maxLength: 60 }), fc.array(hex, { maxLength: 5 }), (digests, others) => {
      const sorted = [...digests].sort();
      const packed = new PackedDigests(1);
      for (const [at, digest] of sorted.entries()) packed.push(digest, at * 2 ** 40, at + 0.5);
      expect(packed.length).toBe(sorted.length);
      sorted.forEach((digest, at) => {
        expect(packed.find(digest)).toBe(at);
        expect([packed.hexAt(at), packed.sizeAt(at), packed.timeAt(at)]).toEqual([digest, at * 2 ** 40, at + 0.5]);
      });
      for (const other of others) expect(packed.find(other)).toBe(sorted.indexOf(other));
    }),
  );
});
