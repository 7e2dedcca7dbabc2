import { expect, test } from "vitest";
import {
  effectivePolicy,
  keepText,
  type LifecyclePolicy,
  lifecycleProblems,
  lifecycleRules,
  ruleSpeaksFor,
} from "./lifecycle-policy";

const policy = (sketch: Partial<LifecyclePolicy>): LifecyclePolicy => ({
  ...{ id: "policy", revision: 1, level: "workspace", repositoryName: null, isEnabled: true },
  ...{ keepLatestTags: 5, keepDays: null, ...sketch },
});

test("T-09 N may be the quota and no more", () => {
  expect(lifecycleProblems({ keepLatestTags: 50, keepDays: null }, 50)).toEqual([]);
  expect(lifecycleProblems({ keepLatestTags: 51, keepDays: 3 }, 50)).toMatchObject([
    { path: "keepLatestTags", message: expect.stringContaining("at most 50 tags") },
  ]);
  expect(lifecycleProblems({ keepLatestTags: null, keepDays: 9_999 }, 50)).toEqual([]);
});

test("T-07 a policy that is on reserves something", () => {
  expect(lifecycleProblems({ keepLatestTags: null, keepDays: null }, 50)).toHaveLength(1);
});

test("T-04 the closest policy that is on counts", () => {
  const workspace = policy({ id: "w" });
  const space = policy({ id: "s", level: "space" });
  const web = policy({ id: "r", level: "repository", repositoryName: "web" });
  const idOf = (policies: LifecyclePolicy[], repository: string) => effectivePolicy(policies, repository)?.id ?? null;
  expect(idOf([web, workspace, space], "web")).toBe("r");
  expect(idOf([workspace, web, space], "web/api")).toBe("s");
  expect(idOf([workspace, web], "api")).toBe("w");
  expect(idOf([{ ...workspace, isEnabled: false }, web], "api")).toBeNull();
  expect(idOf([], "api")).toBeNull();
});

test("T-04 of the rules of a run, exactly the one of the closest policy speaks for a repository", () => {
  const policies = [
    policy({ id: "w" }),
    policy({ id: "s", level: "space" }),
    policy({ id: "r", level: "repository", repositoryName: "web" }),
  ];
  const rules = lifecycleRules(policies);
  for (const repository of ["web", "web/api", "api"]) {
    const speaking = rules.filter((rule) => ruleSpeaksFor(rule, repository)).map(({ id }) => id);
    expect(speaking).toEqual([effectivePolicy(policies, repository)?.id]);
  }
});

test("T-08 T-10 what a policy reserves, in words", () => {
  expect(keepText({ keepLatestTags: 30, keepDays: 14 })).toBe("the latest 30 tags, and tags of the last 14 days");
  expect(keepText({ keepLatestTags: 1, keepDays: null })).toBe("the latest tag");
  expect(keepText({ keepLatestTags: null, keepDays: 1 })).toBe("tags of the last day");
});
