import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { buildImageGraph } from "@/domain/images/image-graph";
import { artifacts } from "@/testing/artifact-arbitraries";
import { NOW, protect, rule } from "@/testing/artifact-facts";
import { compileRule, evaluateRule } from "./evaluate-rule";
import type { Artifact } from "./facts";
import { CLOCKS, ORDERS, type Predicate } from "./predicate";
import { buildUnits } from "./unit";

const RUNS = { numRuns: 200 };
const LIMIT_MS = 60_000;

/** What a rule over everything says of each artifact of one repository, by digest: true, false, or null where a fact is not known. */
function holds(
  all: readonly Artifact[],
  when: Predicate[],
  pullTrackingSinceMs: number | null,
): Map<string, boolean | null> {
  const own = all.filter((one) => one.repositoryName === "app");
  const units = buildUnits(own, buildImageGraph(own));
  const compiled = compileRule(rule("r", { when, state: "any", kinds: "any" }));
  const positions = units.map((_, at) => at);
  return new Map(
    [...evaluateRule(compiled, units, positions, { nowMs: NOW, pullTrackingSinceMs })].map(([at, outcome]) => [
      own[at]?.digest ?? "",
      outcome.holds,
    ]),
  );
}

const since = fc.constantFrom(null, NOW - 100 * 86_400_000, 0);
const clock = fc.constantFrom(...CLOCKS);
const order = fc.constantFrom(...ORDERS);
const groupBy = fc.constantFrom({}, { groupBy: "^(env\\d+)-" }, { groupBy: "^([a-z]+)" });
const days = fc.integer({ min: 0, max: 400 });
const count = fc.integer({ min: 0, max: 6 });

describe("laws of the conditions", () => {
  test(
    "older than D days and not are complements, and neither holds where the time is not known",
    () => {
      fc.assert(
        fc.property(artifacts, days, clock, since, (all, d, which, sinceMs) => {
          const idle = holds(all, [{ kind: "idle", days: d, clock: which }], sinceMs);
          const within = holds(all, [{ kind: "within", days: d, clock: which }], sinceMs);
          for (const [digest, isIdle] of idle) {
            const isWithin = within.get(digest);
            if (isIdle === null) expect(isWithin).toBeNull();
            // No tag ever left what has one: on that clock neither holds.
            else if (which === "untaggedSince") expect(isIdle && isWithin).toBe(false);
            else expect(isWithin).toBe(!isIdle);
          }
        }),
        RUNS,
      );
    },
    LIMIT_MS,
  );

  test(
    "outside and inside of the N best are complements",
    () => {
      fc.assert(
        fc.property(artifacts, count, order, groupBy, since, (all, n, which, group, sinceMs) => {
          const beyond = holds(all, [{ kind: "beyond", n, order: which, ...group }], sinceMs);
          const among = holds(all, [{ kind: "among", n, order: which, ...group }], sinceMs);
          for (const [digest, isBeyond] of beyond) {
            expect(among.get(digest)).toBe(isBeyond === null ? null : !isBeyond);
          }
        }),
        RUNS,
      );
    },
    LIMIT_MS,
  );

  test(
    "more days and more places never take more",
    () => {
      const pair = fc.oneof(
        fc.tuple(days, days, clock).map(([a, b, which]): [Predicate, Predicate] => [
          { kind: "idle", days: Math.min(a, b), clock: which },
          { kind: "idle", days: Math.max(a, b), clock: which },
        ]),
        fc.tuple(count, count, order, groupBy).map(([a, b, which, group]): [Predicate, Predicate] => [
          { kind: "beyond", n: Math.min(a, b), order: which, ...group },
          { kind: "beyond", n: Math.max(a, b), order: which, ...group },
        ]),
      );
      fc.assert(
        fc.property(artifacts, pair, since, (all, [less, more], sinceMs) => {
          const taken = holds(all, [less], sinceMs);
          for (const [digest, isTaken] of holds(all, [more], sinceMs)) {
            if (isTaken === true) expect(taken.get(digest)).toBe(true);
          }
        }),
        RUNS,
      );
    },
    LIMIT_MS,
  );

  test(
    "one more condition never takes more, one more alternative never less",
    () => {
      const simple = fc.oneof(
        fc.record({ kind: fc.constant("idle" as const), days, clock }),
        fc.record({ kind: fc.constant("beyond" as const), n: count, order }),
        fc.record({ kind: fc.constant("untagged" as const) }),
      );
      fc.assert(
        fc.property(artifacts, simple, simple, since, (all, one, other, sinceMs) => {
          const alone = holds(all, [one], sinceMs);
          const both = holds(all, [one, other], sinceMs);
          const either = holds(all, [{ kind: "anyOf", groups: [[one], [other]] }], sinceMs);
          for (const [digest, isTaken] of alone) {
            if (both.get(digest) === true) expect(isTaken).toBe(true);
            if (isTaken === true) expect(either.get(digest)).toBe(true);
          }
          // What is known decides: false beats unknown in “and”, true beats it in “or”.
          const second = holds(all, [other], sinceMs);
          for (const [digest, isTaken] of alone) {
            const facts = [isTaken, second.get(digest)];
            const and = facts.includes(false) ? false : facts.includes(null) ? null : true;
            const or = facts.includes(true) ? true : facts.includes(null) ? null : false;
            expect([both.get(digest), either.get(digest)]).toEqual([and, or]);
          }
        }),
        RUNS,
      );
    },
    LIMIT_MS,
  );

  test("K-09 a rule applies to every image that its selector takes, whichever effect it has", () => {
    const one = { when: [], state: "any" as const, kinds: "any" as const };
    for (const effect of [rule("r", one), protect("r", one)]) {
      fc.assert(
        fc.property(artifacts, (all) => {
          const own = all.filter((candidate) => candidate.repositoryName === "app");
          const units = buildUnits(own, buildImageGraph(own));
          const positions = units.map((_, at) => at);
          const outcomes = evaluateRule(compileRule(effect), units, positions, {
            nowMs: NOW,
            pullTrackingSinceMs: null,
          });
          units.forEach((unit, at) => {
            expect(outcomes.has(at)).toBe(unit.tags.length > 0 || unit.isUntagged);
          });
        }),
        { numRuns: 50 },
      );
    }
  });
});
