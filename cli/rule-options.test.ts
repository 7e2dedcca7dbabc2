import { expect, test } from "vitest";
import { ruleDefinitionSchema } from "@/domain/rules/rule";
import { RULE_TEMPLATES } from "@/domain/rules/templates";
import { hasRuleOptions, type RuleOptions, ruleDefinitionOf } from "./rule-options";

const NEW: RuleOptions = {
  tag: ["pr-*", "!pr-1", "regex:^v1", "semver:<2"],
  idle: ["30:pushed"],
  beyond: ["3:semver"],
};

test("N-18 options say what a rule takes; it runs by hand, and the last image stays", async () => {
  const definition = await ruleDefinitionOf(NEW, null);
  expect(definition).toEqual({
    effect: "reclaim",
    select: {
      repositories: { include: [], exclude: [] },
      tags: {
        include: [
          { kind: "glob", value: "pr-*" },
          { kind: "regex", value: "^v1" },
          { kind: "semver", value: "<2" },
        ],
        exclude: [{ kind: "glob", value: "pr-1" }],
      },
      state: "tagged",
      kinds: "image",
    },
    when: [
      { kind: "idle", days: 30, clock: "pushed" },
      { kind: "beyond", n: 3, order: "semver" },
    ],
    schedule: { kind: "manual" },
    limits: {},
    allowLastArtifact: false,
  });
});

test("N-18 an edit changes what it names, and nothing else", async () => {
  const before = await ruleDefinitionOf(NEW, null);
  const after = await ruleDefinitionOf({ cron: "0 3 * * *", timeZone: "Europe/Berlin", maxItems: 5 }, before);
  expect(after).toEqual({
    ...before,
    schedule: { kind: "cron", expression: "0 3 * * *", timeZone: "Europe/Berlin" },
    limits: { maxItems: 5 },
  });
  expect(await ruleDefinitionOf({ manual: true }, after)).toEqual({ ...before, limits: { maxItems: 5 } });
});

test("N-18 every template is a rule as it is", async () => {
  for (const { id } of RULE_TEMPLATES) {
    const definition = await ruleDefinitionOf({ template: id }, null);
    expect(ruleDefinitionSchema.safeParse(definition).success, id).toBe(true);
  }
});

test.each([
  [{ idle: ["30"] }, /--idle 30: write a number and a clock, for instance 30:pushed/],
  [{ idle: ["30:moon"] }, /when\[0\]\.clock: choose the clock/],
  [{ beyond: ["x:pushed"] }, /--beyond x:pushed/],
  [{ idle: ["1:pushed"], cron: "0 3 * * *" }, /schedule\.timeZone/],
  [{ cron: "0 3 * * *", timeZone: "UTC", onQuota: 5 }, /one of --manual, --cron and --on-quota/],
  [{ template: "none" }, /no template none/],
  [{ template: "untagged", file: "x.json" }, /a file or with a template/],
  [{ file: "/nowhere/rule.json" }, /cannot be read/],
])("N-18 %j is refused with what to do", async (options, message) => {
  await expect(ruleDefinitionOf(options, null)).rejects.toThrow(message);
});

test("N-18 knows whether anything was said of the rule", () => {
  expect(hasRuleOptions({})).toBe(false);
  expect(hasRuleOptions({ allowLast: false })).toBe(true);
  expect(hasRuleOptions({ tag: ["x"] })).toBe(true);
});
