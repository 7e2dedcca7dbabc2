import { expect, test } from "vitest";
import { draftOf, readKeep } from "./keep-draft";

const read = (keepLatestTags: string, keepDays: string, quota = 5_000) => readKeep({ keepLatestTags, keepDays }, quota);

test("T-08 T-10 both fields are numbers, and one of them may be left empty", () => {
  expect(read("30", "14")).toEqual({ keep: { keepLatestTags: 30, keepDays: 14 }, problems: {} });
  expect(read(" 30 ", "").keep).toEqual({ keepLatestTags: 30, keepDays: null });
  expect(read("", "14").keep).toEqual({ keepLatestTags: null, keepDays: 14 });
  for (const wrong of ["0", "-1", "1.5", "many"]) {
    expect(read(wrong, "").problems.keepLatestTags, wrong).toBeDefined();
    expect(read("", wrong).problems.keepDays, wrong).toBeDefined();
  }
});

test("T-09 N above the quota is said at the field before anything is sent", () => {
  expect(read("5000", "").keep).not.toBeNull();
  expect(read("5001", "")).toMatchObject({
    keep: null,
    problems: { keepLatestTags: expect.stringContaining("at most 5000 tags") },
  });
});

test("T-07 nothing need be given of a policy that is off", () => {
  expect(read("", "").keep).toBeNull();
  expect(readKeep({ keepLatestTags: "", keepDays: "" }, 10, true).keep).toEqual({
    keepLatestTags: null,
    keepDays: null,
  });
  expect(draftOf(null)).toEqual({ keepLatestTags: "", keepDays: "" });
});
