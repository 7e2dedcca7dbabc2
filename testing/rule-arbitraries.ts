import fc from "fast-check";
import { DAY_MS } from "@/domain/rules/facts";
import type { Pattern } from "@/domain/rules/pattern";
import type { Predicate, SimplePredicate } from "@/domain/rules/predicate";
import type { AppliedRule } from "@/domain/rules/rule";
import { glob, NOW, regex, rule, semver } from "@/testing/artifact-facts";

const simple: fc.Arbitrary<SimplePredicate> = fc.oneof(
  fc.record({
    kind: fc.constantFrom("idle" as const, "within" as const),
    days: fc.integer({ min: 0, max: 300 }),
    clock: fc.constantFrom("pushed" as const, "active" as const, "created" as const, "untaggedSince" as const),
  }),
  fc.record(
    {
      kind: fc.constantFrom("beyond" as const, "among" as const),
      n: fc.integer({ min: 0, max: 4 }),
      order: fc.constantFrom("pushed" as const, "active" as const, "semver" as const, "created" as const),
      groupBy: fc.constantFrom("^(env\\d+)-", "^([a-z]+)"),
    },
    { requiredKeys: ["kind", "n", "order"] },
  ),
  fc.constant({ kind: "untagged" as const }),
);
const predicate: fc.Arbitrary<Predicate> = fc.oneof(
  { weight: 4, arbitrary: simple },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("anyOf" as const),
      groups: fc.array(fc.array(simple, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 2 }),
    }),
  },
);
const pattern = fc.constantFrom<Pattern>(glob("v*"), glob("pr-*"), regex("^env1-"), semver(">=1"), glob("latest"));

/** A rule of any kind, named by its id. */
export function ruleOf(effect: "reclaim" | "protect") {
  return fc
    .record({
      id: fc.uuid(),
      state: fc.constantFrom("tagged" as const, "any" as const),
      kinds: fc.constantFrom("image" as const, "any" as const, "any" as const),
      tags: fc.array(pattern, { maxLength: 1 }),
      notTags: fc.oneof(
        { weight: 3, arbitrary: fc.constant<Pattern[]>([]) },
        { weight: 1, arbitrary: pattern.map((one): Pattern[] => [one]) },
      ),
      when: fc.oneof(
        { weight: 1, arbitrary: fc.constant<Predicate[]>([]) },
        { weight: 2, arbitrary: fc.array(predicate, { maxLength: 2 }) },
      ),
      allowLastArtifact: fc.boolean(),
    })
    .map(({ id, ...sketch }) => rule(id, { ...sketch, effect }));
}
/** Some reclaim rules and maybe protect rules. */
export const rules: fc.Arbitrary<AppliedRule[]> = fc
  .tuple(fc.array(ruleOf("reclaim"), { minLength: 1, maxLength: 3 }), fc.array(ruleOf("protect"), { maxLength: 2 }))
  .map(([reclaim, protect]) => [...reclaim, ...protect]);
/** Grace, and since when pulls are known. */
export const setting = fc.record({
  graceMs: fc.constantFrom(0, DAY_MS, 30 * DAY_MS),
  pullTrackingSinceMs: fc.constantFrom(null, NOW - 100 * DAY_MS, 0),
});
