import fc from "fast-check";
import { expect, test } from "vitest";
import { Words } from "./copied-row";

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
