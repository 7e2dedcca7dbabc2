import { expect, test } from "vitest";
import { Pace } from "./pace";

test("R-05 begins with few until it knows how long they take", () => {
  expect(new Pace().groupSize(8)).toBe(2);
  expect(new Pace().groupSize(1)).toBe(1);
});

test("R-05 begins fewer where each takes long, one at least, and more again when the registry has recovered", () => {
  const pace = new Pace();
  pace.note(400);
  expect(pace.groupSize(8)).toBe(2);
  for (let i = 0; i < 20; i++) pace.note(9_000);
  expect(pace.groupSize(8)).toBe(1);
  for (let i = 0; i < 40; i++) pace.note(20);
  expect(pace.groupSize(8)).toBe(8);
});
