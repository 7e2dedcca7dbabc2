import { describe, expect, it } from "vitest";
import type { RuleDefinition } from "./rule";
import { ruleDefinitionSchema, ruleProblems } from "./rule";
import { RULE_TEMPLATES } from "./templates";

const valid: RuleDefinition = {
  effect: "reclaim",
  select: {
    repositories: { include: [{ kind: "glob", value: "web/**" }], exclude: [] },
    tags: { include: [{ kind: "glob", value: "pr-*" }], exclude: [{ kind: "regex", value: "^pr-0" }] },
    state: "tagged",
    kinds: "image",
  },
  when: [
    { kind: "idle", days: 14, clock: "active" },
    { kind: "beyond", n: 3, order: "semver", groupBy: "^(env\\d+)-" },
    {
      kind: "anyOf",
      groups: [[{ kind: "within", days: 0, clock: "created" }], [{ kind: "among", n: 0, order: "pushed" }]],
    },
  ],
  schedule: { kind: "cron", expression: "0 3 * * 0", timeZone: "Europe/Berlin" },
  limits: { maxItems: 10 },
  allowLastArtifact: false,
};

/** The valid rule with the value at a path replaced; undefined removes it. */
function withValue(path: string, value: unknown): unknown {
  const copy: unknown = structuredClone(valid);
  const keys = path.split(".");
  const last = keys.pop() ?? "";
  let target = copy as Record<string, unknown>;
  for (const key of keys) target = target[key] as Record<string, unknown>;
  if (value === undefined) delete target[last];
  else target[last] = value;
  return copy;
}

function problems(candidate: unknown) {
  const result = ruleDefinitionSchema.safeParse(candidate);
  return result.success ? [] : ruleProblems(result.error);
}

describe("ruleDefinitionSchema", () => {
  it("takes the whole language and gives it back unchanged", () => {
    expect(ruleDefinitionSchema.parse(valid)).toEqual(valid);
    for (const schedule of [{ kind: "manual" }, { kind: "onQuota", percent: 80 }]) {
      expect(problems(withValue("schedule", schedule))).toEqual([]);
    }
  });

  it.each([
    ["effect", undefined, "effect", /choose the effect/],
    ["select", undefined, "select", /is missing/],
    ["select.state", undefined, "select.state", /tagged, untagged, any/],
    ["select.kinds", undefined, "select.kinds", /image, chart, other, any/],
    ["select.tags.exclude", undefined, "select.tags.exclude", /is missing/],
    ["when", undefined, "when", /is missing/],
    ["when.0.days", undefined, "when[0].days", /is missing: say how many days; nothing is assumed/],
    ["when.0.clock", undefined, "when[0].clock", /pushed, active, created, untaggedSince/],
    ["when.1.n", undefined, "when[1].n", /is missing: say how many images/],
    ["when.1.order", undefined, "when[1].order", /pushed, active, semver, created/],
    ["when.2.groups.0.0.days", undefined, "when[2].groups[0][0].days", /is missing/],
    ["schedule", undefined, "schedule", /manual, cron or onQuota/],
    ["schedule.timeZone", undefined, "schedule.timeZone", /none is assumed/],
    ["limits", undefined, "limits", /\{\} for none/],
    ["allowLastArtifact", undefined, "allowLastArtifact", /is missing/],
  ])("a missing %s is an error, never a default", (path, value, at, message) => {
    expect(problems(withValue(path, value))).toEqual([{ path: at, message: expect.stringMatching(message) }]);
  });

  it.each([
    ["when.0.days", -1, "when[0].days", /0 days or more/],
    ["when.0.days", 1.5, "when[0].days", /whole number of days/],
    ["when.0.days", 36_501, "when[0].days", /at most 36500/],
    ["when.0.kind", "older", "when[0].kind", /choose a condition/],
    ["when.1.groupBy", "(", "when[1].groupBy", /RE2/],
    ["when.1.n", -1, "when[1].n", /0 or more/],
    ["when.2.groups", [], "when[2].groups", /at least one group/],
    ["when.2.groups.0", [], "when[2].groups[0]", /at least one condition/],
    ["when.2.groups.0.0", { kind: "anyOf", groups: [] }, "when[2].groups[0][0].kind", /a group holds no groups/],
    ["select.tags.include.0.value", "v[", "select.tags.include[0].value", /never closed/],
    [
      "select.tags.include.0",
      { kind: "semver", value: "newest" },
      "select.tags.include[0].value",
      /not a version range/,
    ],
    ["select.tags.include.0.kind", "prefix", "select.tags.include[0].kind", /glob, regex or semver/],
    [
      "select.repositories.include.0",
      { kind: "semver", value: "1" },
      "select.repositories.include[0].kind",
      /no version/,
    ],
    ["select.tags.include", Array(21).fill({ kind: "glob", value: "a" }), "select.tags.include", /at most 20/],
    ["schedule.expression", "0 3 *", "schedule.expression", /5 fields/],
    ["schedule.timeZone", "Mars/Base", "schedule.timeZone", /IANA/],
    ["schedule", { kind: "onQuota", percent: 0 }, "schedule.percent", /1 to 100/],
    ["limits.maxItems", 0, "limits.maxItems", /1 or more/],
    ["limits.maxPercentOfRepository", 101, "limits.maxPercentOfRepository", /at most 100/],
    ["name", "x", "", /has no field name/],
    ["limits.maxTags", 1, "limits", /has no field maxTags/],
    ["select.labels", [], "select", /has no field labels/],
  ])("%s = %j says where and what to do", (path, value, at, message) => {
    expect(problems(withValue(path, value))).toEqual([{ path: at, message: expect.stringMatching(message) }]);
  });

  it("refuses what could never hold", () => {
    const untagged = { ...valid, when: [], select: { ...valid.select, state: "untagged" } };
    expect(problems(untagged)).toEqual([{ path: "select.tags", message: expect.stringMatching(/no tag to match/) }]);
    const noTags = { ...untagged.select, tags: { include: [], exclude: [] } };
    expect(problems({ ...untagged, select: noTags })).toEqual([]);
    for (const when of [
      { kind: "beyond", n: 1, order: "semver" },
      { kind: "among", n: 1, order: "pushed", groupBy: "x" },
    ]) {
      expect(problems({ ...untagged, select: noTags, when: [when] })).toMatchObject([{ path: "when[0]" }]);
    }
    for (const when of [{ kind: "untagged" }, { kind: "idle", days: 1, clock: "untaggedSince" }]) {
      expect(problems({ ...valid, when: [when] })).toMatchObject([{ path: "when[0]" }]);
      expect(problems({ ...valid, when: [{ kind: "anyOf", groups: [[when]] }] })).toMatchObject([
        { path: "when[0].groups[0][0]" },
      ]);
      expect(problems({ ...valid, select: { ...valid.select, state: "any" }, when: [when] })).toEqual([]);
    }
  });

  it("takes every template, each with an id of its own", () => {
    for (const { definition } of RULE_TEMPLATES) expect(problems(definition)).toEqual([]);
    expect(new Set(RULE_TEMPLATES.map(({ id }) => id)).size).toBe(RULE_TEMPLATES.length);
  });
});
