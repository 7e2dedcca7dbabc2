import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { buildImageGraph } from "@/domain/images/image-graph";
import { groupBy } from "@/lib/group-by";
import { artifacts as anyArtifacts } from "@/testing/artifact-arbitraries";
import {
  artifact,
  beyond,
  daysAgo,
  digestOf,
  fallbackTag,
  glob,
  idle,
  NOW,
  rule,
  semver,
} from "@/testing/artifact-facts";
import { compileRule, evaluateRule } from "./evaluate-rule";
import { type Artifact, compareText } from "./facts";
import type { Pattern } from "./pattern";
import type { Predicate } from "./predicate";
import type { RuleDefinition } from "./rule";
import { tryRule } from "./try-rule";
import { buildUnits } from "./unit";
import { readWrittenRule } from "./written-rule";

const FRAME = { nowMs: NOW, pullTrackingSinceMs: daysAgo(3650) };

const repositoriesOf = (all: readonly Artifact[]) =>
  [...groupBy(all, (one) => one.repositoryName)]
    .sort(([a], [b]) => compareText(a, b))
    .map(([name, list]) => ({ name, units: buildUnits(list, buildImageGraph(list)) }));

function trial(
  all: readonly Artifact[],
  draft: Partial<Record<keyof RuleDefinition, unknown>>,
  frame: Partial<typeof FRAME> | { pullTrackingSinceMs: null } = {},
) {
  const { effect, select, when } = { ...rule("r").definition, ...draft };
  return tryRule(readWrittenRule({ effect, select, when }), repositoriesOf(all), { ...FRAME, ...frame }, 20);
}
const select = (change: Partial<RuleDefinition["select"]>) => ({ ...rule("r").definition.select, ...change });
const tagged = (...include: RuleDefinition["select"]["tags"]["include"]) => select({ tags: { include, exclude: [] } });

describe("N-09 the trial of a rule while it is written", () => {
  const releases = [1, 2, 3, 40, 50, 60].map((age) =>
    artifact(`r${age}`, { tags: [`v1.${60 - age}.0`], pushedAt: daysAgo(age) }),
  );
  const others = [
    artifact("rc", { tags: ["v2.0.0-rc.1"], pushedAt: daysAgo(5) }),
    artifact("pr", { tags: ["pr-1", "pr-2"], repositoryName: "web", pushedAt: daysAgo(90) }),
    artifact("loose", { pushedAt: daysAgo(9) }),
    artifact("sig", { tags: [fallbackTag("pr", ".sig")], repositoryName: "web" }),
  ];

  test("counts images, tags and repositories: of all, of those selected, of those where the conditions hold", () => {
    const result = trial([...releases, ...others], { select: tagged(glob("v1*")), when: [idle(30), beyond(4)] });
    expect(result.total).toEqual({ images: 9, tags: 9, repositories: 2 });
    expect(result.selected).toEqual({ images: 6, tags: 6, repositories: 1 });
    expect(result.holding).toEqual({ images: 2, tags: 2, repositories: 1 });
    expect(result.patterns).toEqual([{ path: "select.tags.include[0]", count: 6 }]);
    expect(result.sentence).toBe("Reclaim images tagged `v1*`, older than 30 days, beyond the 4 newest");
  });

  test("C2.1 an index and its parts are one image, its tags are counted", () => {
    const family = [
      artifact("index", { tags: ["v1", "latest"], children: ["amd", "arm"] }),
      artifact("amd", { tags: ["v1-amd64"] }),
      artifact("arm"),
    ];
    expect(trial(family, { when: [] })).toMatchObject({
      total: { images: 1, tags: 3 },
      selected: { images: 1, tags: 3 },
    });
  });

  test("shows what holds first, newest first, with what decided", () => {
    const { hits } = trial(releases, { select: tagged(glob("v1.*")), when: [idle(30)] });
    expect(hits.map(({ unit, holds, why }) => [unit.artifact.digest, holds, why])).toEqual([
      [digestOf("r40"), true, "idle 40 days (pushed)"],
      [digestOf("r50"), true, "idle 50 days (pushed)"],
      [digestOf("r60"), true, "idle 60 days (pushed)"],
      [digestOf("r1"), false, "pushed 1 day ago, within 30 days"],
      [digestOf("r2"), false, "pushed 2 days ago, within 30 days"],
      [digestOf("r3"), false, "pushed 3 days ago, within 30 days"],
    ]);
    expect(hits[0]?.tags).toEqual([
      { name: "v1.20.0", isSelected: true, path: "select.tags.include[0]", spans: [[0, 3]] },
    ]);
  });

  test("an image of which some tags are selected shows both kinds, selected ones first", () => {
    const [hit] = trial([artifact("a", { tags: ["latest", "v1"] })], { select: tagged(glob("v*")) }).hits;
    expect(hit?.tags.map(({ name, isSelected }) => [name, isSelected])).toEqual([
      ["v1", true],
      ["latest", false],
    ]);
    expect(hit?.selectedTagCount).toBe(1);
  });

  test("C2.4 N-12 what is not known is counted with its reason", () => {
    const unknown = trial(releases, { when: [idle(2, "active")] }, { pullTrackingSinceMs: null });
    expect(unknown.unknown).toEqual([{ why: "pulls are not recorded", images: 4 }]);
    expect(unknown.warnings).toMatchObject([{ path: "when[0]", message: expect.stringMatching(/not recorded/) }]);
    const early = trial(releases, { when: [idle(2, "active")] }, { pullTrackingSinceMs: daysAgo(1) });
    expect(early.unknown).toEqual([
      { why: "pulls are recorded only since 2025-12-31, long enough from 2026-01-02 on", images: 4 },
    ]);
    const versions = trial([...releases, ...others], { when: [beyond(1, "semver")] });
    expect(versions.unknown).toEqual([{ why: "none of its tags is a version", images: 1 }]);
  });

  test("near misses: excluded, pre-release, kind, state, another repository, and what is due soon", () => {
    const chart = artifact("chart", { kind: "chart", tags: ["v1.7.0"] });
    const draft = {
      select: select({
        repositories: { include: [glob("ap")], exclude: [] },
        tags: { include: [semver(">=1")], exclude: [glob("v1.0.0")] },
      }),
      when: [],
    };
    const misses = (all: Artifact[], change: object = {}) =>
      trial(all, { ...draft, ...change }).nearMisses.map(({ code, tag, repositoryName }) => [
        code,
        repositoryName,
        tag,
      ]);
    expect(misses(releases)).toEqual([["whole_name", "app", null]]);
    const inApp = { select: { ...draft.select, repositories: { include: [glob("app")], exclude: [] } } };
    expect(misses([...releases, ...others, chart], inApp)).toEqual([
      ["excluded", "app", "v1.0.0"],
      ["pre_release", "app", "v2.0.0-rc.1"],
      ["state", "app", null],
      ["kind", "app", "v1.7.0"],
    ]);
    const soon = trial(
      [artifact("a", { tags: ["a"], pushedAt: daysAgo(27.5) }), artifact("b", { tags: ["b"], pushedAt: daysAgo(5) })],
      {
        when: [idle(30)],
      },
    );
    expect(soon.nearMisses).toEqual([
      { repositoryName: "app", tag: "a", code: "due_soon", why: "holds in 3 days", path: null },
    ]);
  });

  test("paths of warnings are those of what was typed, unread conditions counted", () => {
    const { warnings } = trial(releases, { select: tagged(glob("v*")), when: [{ kind: "soon" }, beyond(0)] });
    expect(warnings).toMatchObject([{ path: "when[1]" }]);
  });

  test("K-17 finds what a plan's rule finds, on any inventory", () => {
    const when = fc.constantFrom<Predicate[]>(
      [],
      [idle(100)],
      [beyond(1)],
      [idle(30, "active"), beyond(1, "semver")],
      [{ kind: "anyOf", groups: [[{ kind: "untagged" }], [idle(200), beyond(1)]] }],
    );
    const state = fc.constantFrom("any" as const, "tagged" as const);
    const include = fc.constantFrom<Pattern[]>([], [glob("v*")], [glob("pr-*"), semver(">=1")]);
    fc.assert(
      fc.property(anyArtifacts, when, state, include, (all, conditions, whichState, patterns) => {
        const selected = select({
          state: whichState,
          kinds: "any",
          tags: { include: patterns, exclude: [glob("v1.1*")] },
        });
        const answer = trial(all, { select: selected, when: conditions });
        const compiled = compileRule({
          ...rule("r"),
          definition: { ...rule("r").definition, select: selected, when: conditions },
        });
        const counts = { selected: 0, tags: 0, holding: 0, unknown: 0 };
        for (const { units } of repositoriesOf(all)) {
          const positions = units.map((_, at) => at);
          for (const [at, { holds, tags }] of evaluateRule(compiled, units, positions, FRAME)) {
            counts.tags += tags.length;
            if (units[at]?.isMember) continue;
            counts.selected++;
            counts.holding += Number(holds === true);
            counts.unknown += Number(holds === null);
          }
        }
        expect({
          ...{ selected: answer.selected.images, tags: answer.selected.tags, holding: answer.holding.images },
          unknown: answer.unknown.reduce((sum, { images }) => sum + images, 0),
        }).toEqual(counts);
      }),
      { numRuns: 150 },
    );
  }, 60_000);
});
