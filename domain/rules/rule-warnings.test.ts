import { describe, expect, test } from "vitest";
import { among, beyond, daysAgo, glob, idle, NOW, protect, rule } from "@/testing/artifact-facts";
import type { Predicate } from "./predicate";
import { ruleWarnings } from "./rule-warnings";
import { RULE_TEMPLATES } from "./templates";

const frame = { nowMs: NOW, pullTrackingSinceMs: daysAgo(4000) };
const of = (when: Predicate[], since: number | null = daysAgo(4000)) =>
  ruleWarnings(rule("r", { tags: [glob("v*")], when }).definition, { ...frame, pullTrackingSinceMs: since });
const ofProtect = (when: Predicate[], since: number | null = daysAgo(4000)) =>
  ruleWarnings(protect("r", { tags: [glob("v*")], when }).definition, { ...frame, pullTrackingSinceMs: since });

describe("what is valid and maybe not meant", () => {
  test("K-17 no template is warned of once pulls are recorded", () => {
    for (const { definition } of RULE_TEMPLATES) expect(ruleWarnings(definition, frame)).toEqual([]);
    expect(of([idle(30), beyond(3)])).toEqual([]);
    expect(ofProtect([among(3), { kind: "within", days: 3, clock: "active" }])).toEqual([]);
  });

  test("0 is allowed, and told: none is kept", () => {
    expect(of([idle(9), beyond(0)])).toEqual([{ path: "when[1]", message: "with 0 none of the newest is kept" }]);
    expect(ofProtect([among(0)])).toEqual([
      { path: "when[0]", message: "with 0 it never holds: nothing is among the 0 newest" },
    ]);
    expect(of([idle(0)])).toMatchObject([{ message: expect.stringContaining("however young") }]);
    expect(ofProtect([{ kind: "within", days: 0, clock: "pushed" }])).toMatchObject([
      { message: expect.stringContaining("never holds") },
    ]);
  });

  test("a rule the wrong way round is told, inside groups too", () => {
    expect(of([among(3)])).toMatchObject([{ message: expect.stringMatching(/takes the newest and leaves the rest/) }]);
    expect(of([{ kind: "within", days: 3, clock: "pushed" }])).toMatchObject([
      { message: expect.stringMatching(/young/) },
    ]);
    expect(ofProtect([idle(3)])).toMatchObject([{ message: expect.stringMatching(/protects what is old/) }]);
    expect(ofProtect([{ kind: "anyOf", groups: [[among(1)], [among(2), beyond(5)]] }])).toMatchObject([
      { path: "when[0].groups[1][1]", message: expect.stringMatching(/protects all but/) },
    ]);
  });

  test("N-12 C2.4 until pulls were recorded long enough, it says until when a rule on them takes nothing", () => {
    expect(of([idle(90, "active")], daysAgo(10))).toEqual([
      {
        path: "when[0]",
        message: "pulls are recorded only since 2025-12-22: until they cover 90 days, on 2026-03-22, it takes nothing",
      },
    ]);
    expect(of([idle(90, "active")], daysAgo(90) - 1)).toEqual([]);
    expect(of([idle(90, "active")], daysAgo(90))).toHaveLength(1);
    expect(of([idle(90, "active")], null)).toMatchObject([
      { message: expect.stringMatching(/not recorded here.*takes nothing/) },
    ]);
    expect(ofProtect([{ kind: "within", days: 30, clock: "active" }], daysAgo(10))).toMatchObject([
      { message: expect.stringMatching(/it protects all that it is about/) },
    ]);
    expect(of([beyond(3, "active")], daysAgo(10))).toMatchObject([
      { message: expect.stringMatching(/counts from its push/) },
    ]);
    expect(ruleWarnings(rule("r", { tags: [glob("v*")], when: [idle(90, "active")] }).definition, null)).toEqual([]);
  });

  test("a group without parentheses is named by all that is found", () => {
    const grouped = (groupBy: string): Predicate => ({ kind: "beyond", n: 1, order: "pushed", groupBy });
    expect(of([grouped("^env\\d+")])).toMatchObject([{ message: expect.stringContaining("( )") }]);
    expect(of([grouped("^(env\\d+)-")])).toEqual([]);
  });

  test("C2.3 a rule that takes everything says so", () => {
    expect(ruleWarnings(rule("r").definition, frame)).toMatchObject([
      { path: "when", message: expect.stringMatching(/every tagged image of this space/) },
    ]);
    expect(ruleWarnings(protect("r").definition, frame)).toEqual([]);
  });
});
