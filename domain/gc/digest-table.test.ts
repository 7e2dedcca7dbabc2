import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DigestTable } from "./digest-table";

const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: length, maxLength: length });
// A constant front makes most digests fall into the same slot.
const digest = fc.oneof(
  hex(64).map((letters) => `sha256:${letters}`),
  hex(4).map((letters) => `sha256:${"0".repeat(60)}${letters}`),
  hex(128).map((letters) => `sha512:${letters}`),
);

describe("DigestTable", () => {
  it("answers as a Map of strings would", () => {
    fc.assert(
      fc.property(fc.array(digest, { maxLength: 200 }), digest, (digests, stranger) => {
        const table = new DigestTable();
        const expected = new Map<string, number>();
        for (const text of digests) {
          if (!expected.has(text)) expected.set(text, expected.size);
          expect(table.intern(text)).toBe(expected.get(text));
        }
        expect(table.size).toBe(expected.size);
        for (const [text, id] of expected) {
          expect(table.digestOf(id)).toBe(text);
          expect(table.isSha512(id)).toBe(text.startsWith("sha512:"));
        }
        expect(table.find(stranger)).toBe(expected.get(stranger) ?? -1);
      }),
    );
  });

  it("grows past its first size without mixing numbers up", () => {
    const table = new DigestTable();
    const text = (i: number) => `sha256:${Math.imul(i, 2654435761).toString(16).replace("-", "f").padStart(64, "0")}`;
    for (let i = 0; i < 10_000; i++) expect(table.intern(text(i))).toBe(i);
    for (let i = 0; i < 10_000; i += 97) expect([table.find(text(i)), table.digestOf(i)]).toEqual([i, text(i)]);
  });

  it("refuses what is no digest", () => {
    const table = new DigestTable();
    expect(() => table.intern("latest")).toThrow(TypeError);
    expect(table.find("latest")).toBe(-1);
    expect(() => table.digestOf(0)).toThrow(RangeError);
  });
});
