import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createChangeGate } from "./change-gate";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test("the first change is heard of at once, a burst once a second, its last one always", () => {
  const heard: number[] = [];
  const gate = createChangeGate((revision) => heard.push(revision), 1_000);
  gate.see(7);
  gate.see(7);
  expect(heard).toEqual([]);
  gate.see(8);
  expect(heard).toEqual([8]);
  for (let revision = 9; revision < 20; revision++) gate.see(revision);
  expect(heard).toEqual([8]);
  vi.advanceTimersByTime(1_000);
  expect(heard).toEqual([8, 19]);
  vi.advanceTimersByTime(5_000);
  gate.see(20);
  expect(heard).toEqual([8, 19, 20]);
});

test("nothing is heard of after it was closed", () => {
  const heard: number[] = [];
  const gate = createChangeGate((revision) => heard.push(revision), 1_000);
  gate.see(1);
  gate.see(2);
  gate.see(3);
  gate.close();
  vi.advanceTimersByTime(5_000);
  expect(heard).toEqual([2]);
});
