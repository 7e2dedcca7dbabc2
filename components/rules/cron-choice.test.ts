import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cronExpressionProblem } from "@/lib/cron";
import { type CronChoice, cronOf, readCronChoice } from "./cron-choice";

const time = { hour: fc.integer({ min: 0, max: 23 }), minute: fc.integer({ min: 0, max: 59 }) };
const weekdays = fc
  .uniqueArray(fc.integer({ min: 0, max: 6 }), { minLength: 1 })
  .map((days) => days.sort((a, b) => a - b));
const choices: fc.Arbitrary<CronChoice> = fc.oneof(
  fc.record({ every: fc.constant("day" as const), ...time }),
  fc.record({ every: fc.constant("week" as const), weekdays, ...time }),
  fc.record({
    every: fc.constant("month" as const),
    day: fc.oneof(fc.integer({ min: 1, max: 31 }), fc.constant("last" as const)),
    ...time,
  }),
);

describe("a schedule as people say it", () => {
  test("N-16 each choice is a cron expression that reads back as the choice", () => {
    fc.assert(
      fc.property(choices, (choice) => {
        expect(cronExpressionProblem(cronOf(choice))).toBeNull();
        expect(readCronChoice(cronOf(choice))).toEqual(choice);
      }),
    );
  });

  test.each([
    ["0 3 * * 1-5", [1, 2, 3, 4, 5]],
    ["0 3 * * MON,fri", [1, 5]],
    ["0 3 * * 5-7", [0, 5, 6]],
    ["0 3 * * 7", [0]],
  ])("weekdays of %s are read", (expression, expected) => {
    expect(readCronChoice(expression)).toMatchObject({ every: "week", weekdays: expected });
  });

  test.each(["*/5 3 * * *", "0 3 1 1 *", "0 3 1 * 1", "0 0 3 * * *", "0 3 * * 5-1", "0 3 * * 1-2-3", "0 24 * * *", ""])(
    "%s says more than a choice can, and stays an expression",
    (expression) => expect(readCronChoice(expression)).toBeNull(),
  );
});
