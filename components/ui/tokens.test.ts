import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";

const css = readFileSync(path.resolve(import.meta.dirname, "../../app/globals.css"), "utf8");
const AA_TEXT = 4.5;
const AA_GRAPHIC = 3;

function tokensOf(selector: string): Map<string, string> {
  const start = css.indexOf(`${selector} {`);
  if (start < 0) throw new Error(`no block ${selector} in globals.css`);
  const block = css.slice(start, css.indexOf("\n}", start));
  return new Map(
    [...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6});/g)].map((match) => [match[1] ?? "", match[2] ?? ""]),
  );
}

/** WCAG relative luminance of #rrggbb. */
function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

const GROUNDS = ["canvas", "sunken", "surface", "raised", "hover", "selected"];
const TONES = ["accent", "danger", "warning", "info"];

const TEXT_PAIRS: [text: string, ground: string][] = [
  ...["ink", "muted", "subtle", ...TONES].flatMap((text) => GROUNDS.map((ground): [string, string] => [text, ground])),
  ...TONES.flatMap((tone): [string, string][] => [
    [tone, `${tone}-soft`],
    ["ink", `${tone}-soft`],
    ["muted", `${tone}-soft`],
  ]),
  ["on-accent", "accent"],
  ["on-accent", "accent-hover"],
  ["on-danger", "danger"],
  ["on-danger", "danger-hover"],
  ["on-inverse", "inverse"],
];
const GRAPHIC_PAIRS: [line: string, ground: string][] = ["control", "focus"].flatMap((line) =>
  GROUNDS.map((ground): [string, string] => [line, ground]),
);

describe.each([
  ["light", ":root"],
  ["dark", '[data-theme="dark"]'],
])("the %s theme", (_, selector) => {
  const tokens = tokensOf(selector);
  const ratio = ([one, other]: [string, string]) => {
    const [first, second] = [tokens.get(one), tokens.get(other)];
    if (!first || !second) throw new Error(`token ${first ? other : one} is missing or no #rrggbb`);
    return contrast(first, second);
  };

  it.each(TEXT_PAIRS)("has %s readable on %s (AA, 4.5)", (...pair) => {
    expect(ratio(pair)).toBeGreaterThanOrEqual(AA_TEXT);
  });

  it.each(GRAPHIC_PAIRS)("has the edge %s visible on %s (AA, 3.0)", (...pair) => {
    expect(ratio(pair)).toBeGreaterThanOrEqual(AA_GRAPHIC);
  });
});

it("computes the ratios that WCAG gives", () => {
  expect(contrast("#000000", "#ffffff")).toBeCloseTo(21, 5);
  expect(contrast("#777777", "#ffffff")).toBeCloseTo(4.48, 2);
});

it("gives both themes the same tokens", () => {
  expect([...tokensOf('[data-theme="dark"]').keys()]).toEqual([...tokensOf(":root").keys()]);
});
