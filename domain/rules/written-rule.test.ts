import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { beyond, glob, idle, rule } from "@/testing/artifact-facts";
import { ruleDefinitionSchema } from "./rule";
import { ruleSentence } from "./sentence";
import { RULE_TEMPLATES } from "./templates";
import { readWrittenRule } from "./written-rule";

const whole = rule("r", { tags: [glob("v*")], when: [idle(30), beyond(3)] }).definition;

describe("K-17 a rule while it is written", () => {
  test("what is whole has no problem and means what it will mean", () => {
    for (const definition of [whole, ...RULE_TEMPLATES.map((template) => template.definition)]) {
      const { effect, select, when } = definition;
      const written = readWrittenRule({ effect, select, when });
      expect(written.problems).toEqual([]);
      expect(written.definition).toMatchObject({ effect, select, when });
      expect(ruleSentence(written.definition)).toBe(ruleSentence(definition));
    }
  });

  test("each wrong part is named by its path; the others keep theirs", () => {
    const written = readWrittenRule({
      effect: "reclaim",
      select: {
        ...whole.select,
        tags: { include: [{ kind: "glob", value: " " }, glob("v*"), { kind: "regex", value: "(" }], exclude: "no" },
      },
      when: [{ kind: "idle", days: null, clock: "pushed" }, beyond(3), { kind: "never" }],
    });
    expect(written.tags.include.map(({ path, isWrong }) => [path, isWrong])).toEqual([
      ["select.tags.include[1]", false],
      ["select.tags.include[2]", true],
    ]);
    expect(written.definition.when).toEqual([beyond(3)]);
    expect(written.whenPaths).toEqual(["when[1]"]);
    expect(written.problems.map(({ path }) => path)).toEqual(
      expect.arrayContaining(["select.tags.include[2].value", "select.tags.exclude", "when[0].days", "when[2].kind"]),
    );
  });

  test("a repository has no version", () => {
    const repositories = { include: [{ kind: "semver", value: ">=1" }], exclude: [] };
    const written = readWrittenRule({ effect: "reclaim", select: { ...whole.select, repositories }, when: [] });
    expect(written.repositories.include).toMatchObject([{ isWrong: true }]);
    expect(written.problems).toMatchObject([{ path: expect.stringContaining("select.repositories.include[0]") }]);
  });

  test("whatever is sent, it answers; with problems exactly where the rule could not be saved", () => {
    const part = fc.oneof(fc.jsonValue() as fc.Arbitrary<unknown>, fc.constant(whole.select), fc.constant(whole.when));
    fc.assert(
      fc.property(
        fc.record({ effect: fc.constantFrom<unknown>("reclaim", "protect", 1, null), select: part, when: part }),
        (input) => {
          const rest = { schedule: { kind: "manual" }, limits: {}, allowLastArtifact: false };
          const isFine = ruleDefinitionSchema.safeParse({ ...input, ...rest }).success;
          expect(readWrittenRule(input).problems.length === 0).toBe(isFine);
        },
      ),
    );
  });
});
