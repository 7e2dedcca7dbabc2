import { expect, test } from "vitest";
import { leftText } from "./days-left";

const HOUR = 3_600_000;

test.each([
  [-1, "due"],
  [0, "due"],
  [HOUR - 1, "under an hour"],
  [HOUR, "1 hour"],
  [48 * HOUR - 1, "47 hours"],
  [48 * HOUR, "2 days"],
  [48 * HOUR + 1, "3 days"],
  [30 * 24 * HOUR - 1, "30 days"],
  [30 * 24 * HOUR, "30 days"],
])("%d ms left reads %s", (leftMs, text) => {
  expect(leftText(leftMs)).toBe(text);
});
