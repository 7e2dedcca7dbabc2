import fc from "fast-check";
import { expect, test } from "vitest";
import { csvLine } from "./csv";

/** A reader of RFC 4180 that knows nothing of the writer. */
function parse(text: string): string[][] {
  const lines: string[][] = [[]];
  let cell = "";
  let isQuoted = false;
  const endCell = () => {
    lines.at(-1)?.push(cell);
    cell = "";
  };
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i);
    if (isQuoted) {
      if (char !== '"') cell += char;
      else if (text.charAt(i + 1) === '"') cell += text.charAt(++i);
      else isQuoted = false;
    } else if (char === '"') isQuoted = true;
    else if (char === ",") endCell();
    else if (char === "\r" && text.charAt(i + 1) === "\n") {
      endCell();
      i++;
      lines.push([]);
    } else cell += char;
  }
  lines.pop();
  return lines;
}

test("what is written is what is read, whatever is in it", () => {
  const cell = fc.string({ unit: fc.constantFrom("a", '"', ",", "\n", "\r", "=", "'", " ", "ü", ";") });
  fc.assert(
    fc.property(fc.array(fc.array(cell, { minLength: 1, maxLength: 4 }), { maxLength: 4 }), (table) => {
      const read = parse(table.map(csvLine).join(""));
      expect(read.map((line) => line.length)).toEqual(table.map((line) => line.length));
      for (const [row, line] of table.entries())
        for (const [column, written] of line.entries()) {
          const text = read[row]?.[column];
          expect([written, `'${written}`]).toContain(text);
        }
    }),
  );
});

test.each(["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "\uff1dcmd", "\n=1"])(
  "K-13 a spreadsheet does not run %j",
  (text) => {
    expect(parse(csvLine([text]))).toEqual([[`'${text}`]]);
  },
);

test("numbers stay numbers, nothing stays empty, a plain text stays as it is", () => {
  expect(csvLine(["acme/web", 12, null, "v1.2", 0])).toBe("acme/web,12,,v1.2,0\r\n");
  expect(csvLine(['say "hi", please'])).toBe('"say ""hi"", please"\r\n');
});
