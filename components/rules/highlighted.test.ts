import fc from "fast-check";
import { expect, test } from "vitest";
import { partsOf } from "./highlighted";

const spans = fc.array(
  fc
    .tuple(fc.nat({ max: 20 }), fc.nat({ max: 20 }))
    .map(([a, b]): [number, number] => [Math.min(a, b), Math.max(a, b)]),
);

test("N-09 the parts of a name are the name, and what is set apart is what was found", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 16 }), spans, (name, found) => {
      const parts = partsOf(name, found);
      expect(parts.map(({ text }) => text).join("")).toBe(name);
      const isFound = (at: number) => found.some(([from, to]) => from <= at && at < to);
      for (const part of parts) {
        for (let at = part.at; at < part.at + part.text.length; at++) expect(isFound(at)).toBe(part.isFound);
      }
    }),
  );
});
