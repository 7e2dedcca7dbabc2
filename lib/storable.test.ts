import fc from "fast-check";
import { expect, test } from "vitest";
import { isStorableText, storableJson, storableText } from "./storable";

const anyText = fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)) });

test("a text keeps all but what a database refuses", () => {
  expect(storableText("a\0b\ud800c\udc00 \ud83d\ude00 é")).toBe("a\ufffdb\ufffdc\ufffd \ud83d\ude00 é");
  expect([isStorableText("a\0"), isStorableText("\udc00"), isStorableText("\ud83d\ude00 \\u0000")]).toEqual([
    false,
    false,
    true,
  ]);
});

test("JSON says the same as its value, with every text made storable, backslashes before a u among them", () => {
  expect(storableJson({ a: "\\u0000", b: "\\\\ud800", c: 'quo"te\n\0' })).toBe(
    `${String.raw`{"a":"\\u0000","b":"\\\\ud800","c":"quo\"te\n`}\ufffd"}`,
  );
  fc.assert(
    fc.property(fc.array(anyText), (texts) => {
      expect(JSON.parse(storableJson(texts))).toEqual(texts.map(storableText));
    }),
  );
});
