import fc from "fast-check";
import { expect, test } from "vitest";
import { subjectOfFallbackTag } from "@/domain/images/referrer-tag";
import { planReclaim } from "@/domain/reclaim/plan-reclaim";
import { artifacts as anyArtifacts, expectClosed, removedBy } from "@/testing/artifact-arbitraries";
import { artifact, daysAgo, fallbackTag, NOW, rule } from "@/testing/artifact-facts";
import { type Artifact, DAY_MS, type TagFact } from "./facts";
import type { LifecycleKeep } from "./lifecycle";
import { type LifecyclePolicy, lifecycleRules } from "./lifecycle-policy";
import { reasonText } from "./reason-text";
import type { AppliedRule } from "./rule";

const policy = (keep: Partial<LifecycleKeep>, sketch: Partial<LifecyclePolicy> = {}): LifecyclePolicy => ({
  ...{ id: `policy_${sketch.level ?? "workspace"}_${sketch.repositoryName ?? ""}`, revision: 1, level: "workspace" },
  ...{ repositoryName: null, isEnabled: true, keepLatestTags: null, keepDays: null, ...keep, ...sketch },
});

/** An image for each tag, pushed that many days ago. */
const aged = (ages: Record<string, number>, repositoryName = "app") =>
  Object.entries(ages).map(([tag, days]) =>
    artifact(`${repositoryName}-${tag}`, { repositoryName, pushedAt: daysAgo(days), tags: [tag] }),
  );

const plan = (artifacts: readonly Artifact[], rules: readonly AppliedRule[]) =>
  planReclaim({ artifacts, rules, nowMs: NOW, graceMs: 0, pullTrackingSinceMs: null });

/** Every tag that goes, sorted, as `tag`, or `repository:tag` where there are several repositories. */
function going(
  artifacts: readonly Artifact[],
  policies: readonly LifecyclePolicy[],
  extra: readonly AppliedRule[] = [],
) {
  const { items } = plan(artifacts, [...lifecycleRules(policies), ...extra]);
  const isOne = new Set(artifacts.map((one) => one.repositoryName)).size === 1;
  return items
    .flatMap((item) => item.selectedTags.map((tag) => (isOne ? tag : `${item.repositoryName}:${tag}`)))
    .sort();
}

test("T-08 the latest N tags of each repository are reserved, whatever their age", () => {
  const images = [...aged({ a: 900, b: 800, c: 700 }), ...aged({ x: 5, y: 4 }, "web")];
  expect(going(images, [policy({ keepLatestTags: 2 })])).toEqual(["app:a"]);
  expect(going(images, [policy({ keepLatestTags: 1 })])).toEqual(["app:a", "app:b", "web:x"]);
});

test("T-10 the tags of the last D days are reserved, the one at the boundary too; beside N, a tag stays if either reserves it", () => {
  const images = aged({ d29: 29, d30: 30, d31: 31, d40: 40 });
  expect(going(images, [policy({ keepDays: 30 })])).toEqual(["d31", "d40"]);
  const justOver = artifact("over", { tags: [{ name: "over", pushedAt: NOW - 30 * DAY_MS - 1 }] });
  expect(going([...images, justOver], [policy({ keepDays: 30 })])).toEqual(["d31", "d40", "over"]);
  expect(going(images, [policy({ keepDays: 30, keepLatestTags: 3 })])).toEqual(["d40"]);
  expect(going(images, [policy({ keepDays: 35, keepLatestTags: 1 })])).toEqual(["d40"]);
});

test("T-14 the unit is the tag: an image with one tag within and one beyond loses the one and stays", () => {
  const image = artifact("both", {
    ...{ pushedAt: daysAgo(90) },
    tags: [
      { name: "fresh", pushedAt: daysAgo(1) },
      { name: "stale", pushedAt: daysAgo(90) },
    ],
  });
  const { items, verdicts } = plan([image], lifecycleRules([policy({ keepLatestTags: 1 })]));
  expect(items).toMatchObject([{ action: "untag", selectedTags: ["stale"] }]);
  expect(verdicts.map(({ verdict }) => reasonText(verdict)).join()).toContain("`stale`");
  // Three tags on one image use up three places, not one.
  const crowded = artifact("crowded", { tags: ["1", "2", "3"].map((name) => ({ name, pushedAt: daysAgo(2) })) });
  expect(going([crowded, ...aged({ old: 50 })], [policy({ keepLatestTags: 3 })])).toEqual(["old"]);
  expect(going([crowded, ...aged({ old: 50 })], [policy({ keepLatestTags: 4 })])).toEqual([]);
});

test("T-14 an untagged image is no tag: it is not counted, and nothing happens to it", () => {
  const untagged = artifact("untagged", { pushedAt: daysAgo(1), untaggedSince: daysAgo(1) });
  const { verdicts, items } = plan(
    [untagged, ...aged({ a: 10, b: 20 })],
    lifecycleRules([policy({ keepLatestTags: 1 })]),
  );
  expect(items.map((item) => item.tags)).toEqual([["b"]]);
  expect(verdicts.find((one) => one.digest === untagged.digest)?.verdict).toMatchObject({
    reason: { code: "no_rule" },
  });
});

test("T-14 a fallback tag of a signature takes no place and does not go by itself", () => {
  const images = aged({ new: 1, old: 30 });
  const signature = artifact("sig", { kind: "other", pushedAt: daysAgo(0), tags: [fallbackTag("app-new", ".sig")] });
  expect(going([...images, signature], [policy({ keepLatestTags: 2 })])).toEqual([]);
  expect(going([...images, signature], [policy({ keepLatestTags: 1 })])).toEqual(["old"]);
});

test("T-14 a tag whose push time is unknown is reserved and pushes no other down; first seen long ago, it is old enough to go", () => {
  const unknown = (firstSeenAt: number | null): Artifact =>
    artifact("unknown", { pushedAt: daysAgo(300), tags: [{ name: "unknown", pushedAt: null, firstSeenAt }] });
  const images = aged({ a: 10, b: 200 });
  expect(going([...images, unknown(null)], [policy({ keepLatestTags: 1 })])).toEqual(["b"]);
  expect(going([...images, unknown(null)], [policy({ keepDays: 30 })])).toEqual(["b"]);
  // Seen for 40 days, it is 40 days old at least; which of the latest it is, nobody knows.
  expect(going([...images, unknown(daysAgo(40))], [policy({ keepDays: 30 })])).toEqual(["b", "unknown"]);
  expect(going([...images, unknown(daysAgo(20))], [policy({ keepDays: 30 })])).toEqual(["b"]);
  expect(going([...images, unknown(daysAgo(40))], [policy({ keepDays: 30, keepLatestTags: 1 })])).toEqual(["b"]);
  const { verdicts } = plan([...images, unknown(null)], lifecycleRules([policy({ keepLatestTags: 1 })]));
  expect(verdicts.map(({ verdict }) => reasonText(verdict)).join("\n")).toContain("its push time is unknown");
});

test("T-02 the workspace's policy covers every repository of every space, and nothing of its definition alone would take anything", () => {
  const [workspace, ...others] = lifecycleRules([policy({ keepLatestTags: 1 })]);
  expect(others).toEqual([]);
  const images = [...aged({ a: 2, b: 3 }), ...aged({ c: 2, d: 3 }, "deep/er/web")];
  expect(going(images, [policy({ keepLatestTags: 1 })])).toEqual(["app:b", "deep/er/web:d"]);
  // A reader that knows nothing of policies must not take it for a rule over everything.
  if (workspace === undefined) throw new Error("there is no rule");
  const { lifecycle, ...bare } = workspace;
  expect(lifecycle).toBeDefined();
  expect(plan(images, [bare]).items).toEqual([]);
});

test("T-01 T-03 T-04 a repository's own policy outranks the space's, and that the workspace's", () => {
  const images = [...aged({ a: 10, b: 20, c: 30 }), ...aged({ x: 10, y: 20, z: 30 }, "web")];
  const workspace = policy({ keepLatestTags: 1 });
  const space = policy({ keepLatestTags: 2 }, { level: "space" });
  const own = policy({ keepDays: 25 }, { level: "repository", repositoryName: "web" });
  expect(going(images, [workspace])).toEqual(["app:b", "app:c", "web:y", "web:z"]);
  expect(going(images, [workspace, own])).toEqual(["app:b", "app:c", "web:z"]);
  expect(going(images, [workspace, space])).toEqual(["app:c", "web:z"]);
  expect(going(images, [own])).toEqual(["web:z"]);
  // One that reserves less outranks as well: it is the closest that counts, not the mildest.
  const harsh = policy({ keepLatestTags: 1 }, { level: "repository", repositoryName: "web" });
  expect(going(images, [space, harsh])).toEqual(["app:c", "web:y", "web:z"]);
  expect(going(images, [{ ...workspace, isEnabled: false }, own])).toEqual(["web:z"]);
});

test("N-17 a protect rule keeps what a policy would take, and the last image of a repository stays", () => {
  const images = aged({ stable: 400, old: 300 });
  const protect = rule("keep stable", { effect: "protect", tags: [{ kind: "glob", value: "stable" }] });
  expect(going(images, [policy({ keepDays: 30 })], [protect])).toEqual([]);
  expect(going(aged({ stable: 400, old: 300, older: 500 }), [policy({ keepDays: 30 })], [protect])).toEqual(["older"]);
});

test("T-08 what is broken takes no place among the latest", () => {
  const broken = artifact("broken", { pushedAt: daysAgo(1), tags: ["broken"], children: ["gone"], missingChildren: 1 });
  expect(going([broken, ...aged({ a: 10, b: 20 })], [policy({ keepLatestTags: 1 })])).toEqual(["b"]);
});

test("T-08 T-10 reasons name what reserved a tag, and what took it", () => {
  const { verdicts } = plan(aged({ a: 1, b: 9, c: 40 }), lifecycleRules([policy({ keepLatestTags: 1, keepDays: 10 })]));
  const texts = verdicts.map(({ verdict }) => reasonText(verdict));
  expect(texts).toEqual([
    expect.stringMatching(/^kept: .*`a` is the latest.*lifecycle policy of the workspace/),
    expect.stringMatching(/^kept: .*`b` was pushed 9 days ago, within 10 days/),
    expect.stringMatching(/^reclaimed by .*not the latest tag, pushed more than 10 days ago/),
  ]);
});

const keeps = fc
  .record({
    keepLatestTags: fc.option(fc.integer({ min: 1, max: 4 })),
    keepDays: fc.option(fc.integer({ min: 1, max: 400 })),
  })
  .filter((keep) => keep.keepLatestTags !== null || keep.keepDays !== null);

test("T-08 T-10 for any inventory: order says nothing, reserving more takes no more, and what stays is whole", () => {
  fc.assert(
    fc.property(anyArtifacts, keeps, fc.integer({ min: 0, max: 3 }), (images, keep, more) => {
      const takenBy = (all: readonly Artifact[], one: LifecycleKeep) => {
        const { items } = plan(all, lifecycleRules([policy(one)]));
        return items.flatMap((item) => item.selectedTags.map((tag) => `${item.repositoryName}:${tag}`)).sort();
      };
      const taken = takenBy(images, keep);
      expect(takenBy([...images].reverse(), keep)).toEqual(taken);
      const { keepLatestTags, keepDays } = keep;
      const milder = {
        keepLatestTags: keepLatestTags === null ? null : keepLatestTags + more,
        keepDays: keepDays === null ? null : keepDays + more * 100,
      };
      // The newest image of a repository that would be emptied stays whole: it is judged apart.
      const policed = (all: readonly Artifact[], one: LifecycleKeep) =>
        plan(
          all,
          lifecycleRules([policy(one)]).map((each) => allowingLast(each)),
        ).items.flatMap((item) => item.selectedTags.map((tag) => `${item.repositoryName}:${tag}`));
      const harsher = new Set(policed(images, keep));
      for (const tag of policed(images, milder)) expect(harsher.has(tag)).toBe(true);
      const { items } = plan(images, lifecycleRules([policy(keep)]));
      expectClosed(images, removedBy(items));
    }),
  );
});

test("T-08 for any tags: exactly those that are neither among the N latest by push time nor young enough go", () => {
  const tags = fc.uniqueArray(
    fc.record({ name: fc.stringMatching(/^[a-z]{1,3}$/), days: fc.integer({ min: 1, max: 60 }), image: fc.nat(5) }),
    { selector: ({ name }) => name, minLength: 1, maxLength: 20 },
  );
  fc.assert(
    fc.property(tags, keeps, (drawn, keep) => {
      const byImage = new Map<number, TagFact[]>();
      for (const { name, days, image } of drawn) {
        byImage.set(image, [...(byImage.get(image) ?? []), { name, pushedAt: daysAgo(days) }]);
      }
      const images = [...byImage].map(([image, facts]) =>
        artifact(`i${image}`, { pushedAt: daysAgo(61), tags: facts }),
      );
      const sorted = images
        .flatMap((one) => one.tags.map((tag) => ({ ...tag, digest: one.digest })))
        .sort(
          (a, b) =>
            (b.pushedAt ?? 0) - (a.pushedAt ?? 0) ||
            (a.digest < b.digest ? -1 : a.digest > b.digest ? 1 : a.name < b.name ? -1 : 1),
        );
      const expected = sorted
        .filter((_, place) => keep.keepLatestTags === null || place >= keep.keepLatestTags)
        .filter((tag) => keep.keepDays === null || NOW - (tag.pushedAt ?? 0) > keep.keepDays * DAY_MS)
        .map(({ name }) => name)
        .filter((name) => subjectOfFallbackTag(name) === null);
      const { items } = plan(images, lifecycleRules([policy(keep)]).map(allowingLast));
      expect(items.flatMap((item) => [...item.selectedTags]).sort()).toEqual(expected.sort());
    }),
  );
});

function allowingLast(applied: AppliedRule): AppliedRule {
  return { ...applied, definition: { ...applied.definition, allowLastArtifact: true } };
}
