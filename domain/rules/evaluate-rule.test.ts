import { describe, expect, it } from "vitest";
import { buildImageGraph } from "@/domain/images/image-graph";
import {
  among,
  artifact,
  beyond,
  daysAgo,
  digestOf,
  fallbackTag,
  glob,
  idle,
  NOW,
  rule,
} from "@/testing/artifact-facts";
import { compileRule, evaluateRule } from "./evaluate-rule";
import { type Artifact, DAY_MS, type FactsFrame } from "./facts";
import type { Predicate } from "./predicate";
import type { AppliedRule } from "./rule";
import { buildUnits } from "./unit";

const untagged: Predicate = { kind: "untagged" };
const within = (days: number, clock: "pushed" | "active" | "created" | "untaggedSince" = "pushed"): Predicate => ({
  kind: "within",
  days,
  clock,
});

/** What a rule says of each artifact it takes, by digest name. */
function evaluate(
  artifacts: Artifact[],
  one: AppliedRule,
  frame: Partial<FactsFrame> = {},
): Record<string, boolean | null> {
  const units = buildUnits(artifacts, buildImageGraph(artifacts));
  const positions = artifacts.map((_, at) => at);
  const outcomes = evaluateRule(compileRule(one), units, positions, { nowMs: NOW, pullTrackingSinceMs: 0, ...frame });
  return Object.fromEntries(
    [...outcomes].map(([at, { holds }]) => [
      Buffer.from((artifacts[at]?.digest ?? "").slice(7).replace(/(00)+$/, ""), "hex").toString(),
      holds,
    ]),
  );
}

/** What one predicate says of one artifact with a tag. */
function holds(sketch: Parameters<typeof artifact>[1], predicate: Predicate, frame: Partial<FactsFrame> = {}) {
  return evaluate([artifact("a", { tags: ["t"], ...sketch })], rule("r", { when: [predicate], state: "any" }), frame).a;
}

describe("idle and within", () => {
  it.each([
    ["pushed", (at: number) => ({ pushedAt: at })],
    ["active", (at: number) => ({ pushedAt: daysAgo(900), lastPulledAt: at })],
    ["created", (at: number) => ({ createdAt: at })],
    ["untaggedSince", (at: number) => ({ tags: [], untaggedSince: at })],
  ] as const)("on the clock %s: kept at exactly D days, taken a millisecond later", (clock, sketch) => {
    for (const [age, isIdle] of [
      [14 * DAY_MS - 1, false],
      [14 * DAY_MS, false],
      [14 * DAY_MS + 1, true],
      [-DAY_MS, false],
    ] as const) {
      expect(holds(sketch(NOW - age), idle(14, clock))).toBe(isIdle);
      expect(holds(sketch(NOW - age), within(14, clock))).toBe(!isIdle);
    }
  });

  it("0 days takes everything but what is of this very moment", () => {
    expect(holds({ pushedAt: NOW - 1 }, idle(0))).toBe(true);
    expect(holds({ pushedAt: NOW }, idle(0))).toBe(false);
  });

  it.each([
    ["pushed", { pushedAt: null }],
    ["active", { pushedAt: null, lastPulledAt: null }],
    ["created", { createdAt: null }],
    ["untaggedSince", { tags: [], untaggedSince: null }],
    ["pushed", { pushedAt: daysAgo(100), tags: [{ name: "t", pushedAt: null }] }],
  ] as const)("an unknown %s decides nothing", (clock, sketch) => {
    const facts = { ...sketch, tags: "tags" in sketch ? [...sketch.tags] : ["t"] };
    expect(holds(facts, idle(14, clock))).toBeNull();
    expect(holds(facts, within(14, clock))).toBeNull();
  });

  it("what is known to be young is young, whatever else is unknown", () => {
    expect(holds({ pushedAt: null, tags: [{ name: "t", pushedAt: daysAgo(3) }] }, idle(14))).toBe(false);
    expect(holds({ pushedAt: null, lastPulledAt: daysAgo(3) }, idle(14, "active"))).toBe(false);
  });

  it("no tag, no tag's clock: untaggedSince never holds for tagged images", () => {
    expect(holds({}, idle(0, "untaggedSince"))).toBe(false);
    expect(holds({}, within(9, "untaggedSince"))).toBe(false);
  });

  it("the build times of reproducible builds say nothing", () => {
    expect(holds({ createdAt: 0 }, idle(14, "created"))).toBeNull();
    expect(holds({ createdAt: Date.UTC(1980, 0, 1, 0, 0, 1) }, idle(14, "created"))).toBeNull();
  });

  it("idle on active is unknown until pulls were recorded that long", () => {
    const old = { pushedAt: daysAgo(200) };
    expect(holds(old, idle(90, "active"), { pullTrackingSinceMs: null })).toBeNull();
    expect(holds(old, idle(90, "active"), { pullTrackingSinceMs: daysAgo(90) })).toBeNull();
    expect(holds(old, idle(90, "active"), { pullTrackingSinceMs: daysAgo(90) - 1 })).toBe(true);
    expect(holds({ pushedAt: daysAgo(5) }, idle(90, "active"), { pullTrackingSinceMs: null })).toBe(false);
  });

  it("an index was pulled when one of its children was, and built when its latest child was", () => {
    const index = artifact("index", { tags: ["v1"], children: ["nested"] });
    const nested = artifact("nested", { children: ["amd64"] });
    const amd64 = artifact("amd64", { lastPulledAt: daysAgo(2), createdAt: daysAgo(50) });
    const all = [index, nested, amd64];
    expect(evaluate(all, rule("r", { when: [idle(14, "active")] }))).toEqual({ index: false });
    expect(evaluate(all, rule("r", { when: [idle(49, "created")] }))).toEqual({ index: true });
    expect(evaluate(all, rule("r", { when: [idle(50, "created")] }))).toEqual({ index: false });
  });

  it("a pushed signature does not make its image young", () => {
    const signed = artifact("a", {
      tags: [
        { name: "v1", pushedAt: daysAgo(90) },
        { name: fallbackTag("x", ".sig"), pushedAt: daysAgo(1) },
      ],
      pushedAt: daysAgo(90),
    });
    expect(evaluate([signed], rule("r", { when: [idle(30)] }))).toEqual({ a: true });
  });
});

describe("beyond and among", () => {
  const aged = (name: string, age: number, tags = [name]) => artifact(name, { tags, pushedAt: daysAgo(age) });

  it.each([
    [0, { a: true, b: true, c: true }],
    [1, { a: false, b: true, c: true }],
    [2, { a: false, b: false, c: true }],
    [3, { a: false, b: false, c: false }],
  ])("beyond the %i newest", (n, expected) => {
    const three = [aged("c", 3), aged("a", 1), aged("b", 2)];
    expect(evaluate(three, rule("r", { when: [beyond(n)] }))).toEqual(expected);
    const complement = Object.fromEntries(Object.entries(expected).map(([name, isBeyond]) => [name, !isBeyond]));
    expect(evaluate(three, rule("r", { when: [among(n)] }))).toEqual(complement);
  });

  it("ties break on the digest", () => {
    const twins = [aged("b", 1), aged("a", 1)];
    expect(digestOf("a") < digestOf("b")).toBe(true);
    expect(evaluate(twins, rule("r", { when: [beyond(1)] }))).toEqual({ a: false, b: true });
  });

  it("by version: numbers by value, pre-releases below their release, the highest of several tags", () => {
    const versions = [
      aged("a", 1, ["v1.9.0"]),
      aged("b", 1, ["1.10.0"]),
      aged("c", 1, ["v1.10.0-rc.1"]),
      aged("d", 1, ["1.0", "2.0"]),
    ];
    expect(evaluate(versions, rule("r", { when: [beyond(2, "semver")] }))).toEqual({
      a: true,
      b: false,
      c: true,
      d: false,
    });
  });

  it("what has no version is unknown and takes no place", () => {
    const versions = [aged("a", 1, ["v1.0"]), aged("b", 1, ["latest"]), aged("c", 1, ["v2.0"])];
    expect(evaluate(versions, rule("r", { when: [beyond(2, "semver")] }))).toEqual({ a: false, b: null, c: false });
  });

  it("what was pushed at an unknown time is unknown and takes no place", () => {
    const three = [aged("a", 1), artifact("b", { tags: ["b"], pushedAt: null }), aged("c", 9)];
    expect(evaluate(three, rule("r", { when: [beyond(2)] }))).toEqual({ a: false, b: null, c: false });
  });

  it("by activity: pulls count, and where none are recorded nothing is known of what was never pulled", () => {
    const two = [artifact("a", { tags: ["a"], pushedAt: daysAgo(9), lastPulledAt: daysAgo(1) }), aged("b", 2)];
    expect(evaluate(two, rule("r", { when: [beyond(1, "active")] }))).toEqual({ a: false, b: true });
    expect(evaluate(two, rule("r", { when: [beyond(1, "active")] }), { pullTrackingSinceMs: null })).toEqual({
      a: false,
      b: null,
    });
  });

  it("groupBy counts each group by itself; an image in two groups goes only when beyond in both", () => {
    const groupBy = "^(env\\d+)-";
    const images = [
      aged("a", 1, ["env1-a"]),
      aged("b", 2, ["env1-b"]),
      aged("c", 3, ["env2-c", "env1-c"]),
      aged("d", 4, ["env2-d"]),
      aged("e", 5, ["prod"]),
    ];
    expect(evaluate(images, rule("r", { when: [{ kind: "beyond", n: 1, order: "pushed", groupBy }] }))).toEqual({
      a: false,
      b: true,
      c: false,
      d: true,
      e: null,
    });
  });

  it("counts what the selector takes, tag by tag", () => {
    const images = [aged("a", 1, ["pr-9"]), aged("b", 2, ["v2", "pr-8"]), aged("c", 3, ["v1"])];
    expect(evaluate(images, rule("r", { tags: [glob("v*")], when: [beyond(1)] }))).toEqual({ b: false, c: true });
  });

  it("untagged images take no place beside tagged ones, and count among themselves", () => {
    const images = [aged("a", 1, []), aged("b", 2, []), aged("c", 3, ["v1"]), aged("d", 4, [])];
    expect(evaluate(images, rule("r", { state: "any", when: [beyond(1)] }))).toEqual({
      a: false,
      b: false,
      c: false,
      d: true,
    });
    expect(evaluate(images, rule("r", { state: "untagged", when: [beyond(1)] }))).toEqual({
      a: false,
      b: true,
      d: true,
    });
  });

  it("broken and unreadable images take no place from whole ones", () => {
    const images = [
      artifact("a", { tags: ["a"], pushedAt: daysAgo(1), isUnreadable: true }),
      artifact("b", { tags: ["b"], pushedAt: daysAgo(2), children: ["nowhere"] }),
      aged("c", 3),
    ];
    expect(evaluate(images, rule("r", { when: [beyond(1)] }))).toMatchObject({ c: false });
  });

  it("a tagged part stands where its whole stands and takes no place", () => {
    const images = [
      artifact("index", { tags: ["v2"], children: ["part"], pushedAt: daysAgo(5) }),
      aged("part", 9, ["v2-amd64"]),
      aged("next", 7, ["v1"]),
      aged("last", 8, ["v0"]),
    ];
    expect(evaluate(images, rule("r", { when: [beyond(2)] }))).toEqual({
      index: false,
      part: false,
      next: false,
      last: true,
    });
  });
});

describe("state, untagged and anyOf", () => {
  const family = [
    artifact("index", { tags: ["v1"], children: ["child"] }),
    artifact("child"),
    artifact("loose"),
    artifact("orphan", { tags: [fallbackTag("nowhere", ".sig")] }),
  ];

  it.each([
    ["tagged", { index: true }],
    ["untagged", { loose: true, orphan: true }],
    ["any", { index: true, loose: true, orphan: true }],
  ] as const)("%s", (state, expected) => {
    expect(evaluate(family, rule("r", { state }))).toEqual(expected);
  });

  it("tag patterns say nothing of untagged images; state does", () => {
    expect(evaluate(family, rule("r", { state: "any", tags: [glob("x")] }))).toEqual({ loose: true, orphan: true });
  });

  it("untagged holds for what has no tag and no owner", () => {
    expect(evaluate(family, rule("r", { state: "any", when: [untagged] }))).toEqual({
      index: false,
      loose: true,
      orphan: true,
    });
  });

  it("untagged, or older than 90 days and beyond the 2 newest", () => {
    const tidyUp: Predicate = { kind: "anyOf", groups: [[untagged], [idle(90), beyond(2)]] };
    const images = [
      artifact("a", { tags: ["a"], pushedAt: daysAgo(10) }),
      artifact("b", { tags: ["b"], pushedAt: daysAgo(100) }),
      artifact("c", { tags: ["c"], pushedAt: daysAgo(200) }),
      artifact("loose", { pushedAt: daysAgo(2) }),
    ];
    expect(evaluate(images, rule("r", { state: "any", when: [tidyUp] }))).toEqual({
      a: false,
      b: false,
      c: true,
      loose: true,
    });
  });

  it.each([
    ["true or unknown", [[untagged], [idle(9, "created")]], true],
    ["false or unknown", [[among(0)], [idle(9, "created")]], null],
    ["false or false", [[among(0)], [within(1)]], false],
    ["unknown and false", [[idle(9, "created"), among(0)]], false],
    ["unknown and true", [[idle(9, "created"), untagged]], null],
  ] as [string, never, boolean | null][])("%s", (_, groups, expected) => {
    expect(holds({ tags: [] }, { kind: "anyOf", groups })).toBe(expected);
  });
});

describe("law 2: a push time of which only the first sight is known", () => {
  const seen = (at: number) => ({
    pushedAt: null,
    firstSeenAt: at,
    tags: [{ name: "t", pushedAt: null, firstSeenAt: at }],
  });

  it("says how old something is at least, and never that it is young", () => {
    expect(holds(seen(daysAgo(31)), idle(30))).toBe(true);
    expect(holds(seen(daysAgo(31)), within(30))).toBe(false);
    expect(holds(seen(daysAgo(29)), idle(30))).toBe(null);
    expect(holds(seen(daysAgo(29)), within(30))).toBe(null);
    expect(holds(seen(daysAgo(31)), idle(30, "active"))).toBe(true);
    expect(holds(seen(daysAgo(29)), idle(30, "active"))).toBe(null);
    expect(holds({ ...seen(daysAgo(31)), lastPulledAt: daysAgo(1) }, idle(30, "active"))).toBe(false);
  });

  it("says nothing of an order", () => {
    expect(holds(seen(daysAgo(900)), beyond(0))).toBe(null);
    expect(holds(seen(daysAgo(900)), beyond(0, "active"), { pullTrackingSinceMs: 0 })).toBe(null);
  });

  it("is no bound where one of its tags has none", () => {
    const tags = [{ name: "t", pushedAt: null }];
    expect(holds({ pushedAt: null, firstSeenAt: daysAgo(900), tags }, idle(30))).toBe(null);
  });
});
