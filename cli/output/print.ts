import Table from "cli-table3";
import { plain } from "./text";

const NO_FRAME = Object.fromEntries(
  [
    ...["top", "top-mid", "top-left", "top-right", "bottom", "bottom-mid", "bottom-left", "bottom-right"],
    ...["left", "left-mid", "mid", "mid-mid", "right", "right-mid", "middle"],
  ].map((part) => [part, ""]),
);

/** Whether words may be in colour: on a terminal, unless NO_COLOR asks for none. */
const hasColour = (): boolean => process.stdout.isTTY === true && !process.env.NO_COLOR;

/** An answer as the API gave it, for scripts. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

export function printLine(text = ""): void {
  process.stdout.write(`${text}\n`);
}

/** For people who look on; never where a script reads. */
export function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Rows under headings, columns that start with `#` at their right; `empty` where there are none. */
export function printTable(headings: readonly string[], rows: readonly (readonly string[])[], empty: string): void {
  if (rows.length === 0) {
    note(empty);
    return;
  }
  const table = new Table({
    head: headings.map((heading) => heading.replace("#", "")),
    colAligns: headings.map((heading) => (heading.startsWith("#") ? "right" : "left")),
    chars: NO_FRAME,
    style: { "padding-left": 0, "padding-right": 3, head: hasColour() ? ["bold"] : [], border: [], compact: true },
  });
  table.push(...rows.map((row) => row.map(plain)));
  printLine(trimLines(table.toString()));
}

/** Names with their values, one a line; what is null is left out. */
export function printDetails(details: readonly (readonly [string, string | null])[]): void {
  const table = new Table({
    chars: NO_FRAME,
    style: { "padding-left": 0, "padding-right": 3, head: [], border: [], compact: true },
  });
  for (const [name, value] of details) if (value !== null) table.push([name, plain(value)]);
  printLine(trimLines(table.toString()));
}

/** Cells are filled up with blanks, which nobody wants to copy. */
function trimLines(text: string): string {
  return text.replace(/[ \t]+$/gm, "");
}
