import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Artifact } from "@/domain/rules/facts";
import { compileGlob } from "@/lib/glob";
import { artifact, daysAgo, NOW, plan } from "@/testing/artifact-facts";
import { DAY_MS } from "./facts";
import { type HarborPolicy, type HarborRule, readHarborPolicy } from "./harbor-policy";
import { importHarbor } from "./import-harbor";
import { ruleDefinitionSchema } from "./rule";
import { ruleSentence } from "./sentence";

const selector = (decoration: string, pattern: string, extras?: string) => ({
  ...{ kind: "doublestar", decoration, pattern },
  ...(extras === undefined ? {} : { extras }),
});
const harborRule = (
  template: string,
  n: number | null,
  sketch: Partial<HarborRule> & { in?: string; tags?: string } = {},
) => {
  const { in: repository = "**", tags = "**", ...rest } = sketch;
  return {
    ...{ action: "retain", template, disabled: false },
    params: n === null ? {} : { [template]: n },
    scope_selectors: { repository: [selector("repoMatches", repository)] },
    tag_selectors: [selector("matches", tags)],
    ...rest,
  };
};
const policyOf = (rules: HarborRule[], cron = "0 0 3 * * *"): HarborPolicy => ({
  ...{ algorithm: "or", rules, trigger: { kind: "Schedule", settings: { cron } } },
});
const translate = (policy: HarborPolicy, rulesMax = 15, taken: string[] = []) =>
  importHarbor(policy, { prefix: "acme", rulesMax, isTaken: (name) => taken.includes(name) });
const sentences = (policy: HarborPolicy) => translate(policy).rules.map((rule) => ruleSentence(rule.definition));

describe("a Harbor retention policy", () => {
  test("C2.3 becomes rules that protect, and one that says what Harbor leaves unsaid", () => {
    const { rules, sources } = translate(
      policyOf([
        harborRule("latestPushedK", 5, { in: "web/**", tags: "v*" }),
        harborRule("always", null, { in: "api", tags: "{main,release-*}" }),
      ]),
    );
    expect(rules.map((rule) => [rule.role, rule.from, ruleSentence(rule.definition)])).toEqual([
      ["omission", [1, 2], "Reclaim artifacts of `acme/web/**` or `acme/api`"],
      ["keeps", [1], "Protect artifacts of `acme/web/**` tagged `v*` or untagged, among the 5 newest"],
      ["keeps", [2], "Protect artifacts of `acme/api` tagged `{main,release-*}` or untagged"],
    ]);
    expect(sources.map(({ text, becomes }) => [text, becomes])).toEqual([
      ["Retain the 5 newest, repoMatches `web/**`, matches `v*`", [rules[1]?.name]],
      ["Retain always, repoMatches `api`, matches `{main,release-*}`", [rules[2]?.name]],
    ]);
  });

  test.each<[string, number | null, string]>([
    ["latestPushedK", 3, "Protect artifacts, among the 3 newest"],
    ["latestPulledN", 3, "Protect artifacts, among the 3 most recently used"],
    ["latestActiveK", 3, "Protect artifacts, among the 3 most recently used"],
    ["nDaysSinceLastPush", 7, "Protect artifacts, pushed in the last 7 days"],
    ["lastXDays", 7, "Protect artifacts, pushed in the last 7 days"],
    ["nDaysSinceLastPull", 7, "Protect artifacts, used in the last 7 days"],
    ["always", null, "Protect artifacts"],
  ])("%s %s: %s", (template, n, sentence) => {
    expect(sentences(policyOf([harborRule(template, n)]))).toEqual(["Reclaim artifacts", sentence]);
  });

  test("“nothing” keeps nothing, and what it touches is cleared", () => {
    expect(sentences(policyOf([harborRule("nothing", null, { in: "tmp/**" })]))).toEqual([
      "Reclaim artifacts of `acme/tmp/**`",
    ]);
  });

  test("a missing number is what Harbor silently takes, and said", () => {
    const { rules, sources } = translate(
      policyOf([harborRule("latestPushedK", null), harborRule("nDaysSinceLastPush", null)]),
    );
    expect(rules.map((rule) => ruleSentence(rule.definition)).slice(1)).toEqual([
      "Protect artifacts, among the 10 newest",
      "Protect artifacts, pushed in the last 30 days",
    ]);
    for (const { notes } of sources) expect(notes.map(({ text }) => text).join()).toMatch(/silently takes (10|30)/);
  });

  test("tags that are left out, repositories that are left out, and untagged images mean what they mean there", () => {
    const excluding = harborRule("always", null, {
      scope_selectors: { repository: [selector("repoExcludes", "keep/**")] },
      tag_selectors: [selector("excludes", "pr-*")],
    });
    const taggedOnly = harborRule("always", null, { tag_selectors: [selector("matches", "v*", '{"untagged":false}')] });
    expect(sentences(policyOf([excluding]))).toEqual([
      "Reclaim artifacts of any repository except `acme/keep/**`",
      "Protect artifacts of any repository except `acme/keep/**` tagged anything except `pr-*`",
    ]);
    expect(sentences(policyOf([taggedOnly]))[1]).toBe("Protect artifacts tagged `v*`");
    const other = harborRule("always", null, { in: "web/**" });
    expect(sentences(policyOf([excluding, other])).slice(0, 2)).toEqual([
      "Reclaim artifacts of any repository except `acme/keep/**`",
      "Reclaim artifacts of `acme/web/**`",
    ]);
  });

  test("R-14 the schedule keeps its time, in UTC as Harbor runs it; none runs by hand", () => {
    const scheduled = translate(policyOf([harborRule("always", null)])).rules[0];
    expect(scheduled?.definition.schedule).toEqual({ kind: "cron", expression: "0 0 3 * * *", timeZone: "UTC" });
    for (const cron of ["", "never o'clock"]) {
      const { rules, notes } = translate(policyOf([harborRule("always", null)], cron));
      expect(rules[0]?.definition.schedule).toEqual({ kind: "manual" });
      expect(notes.map(({ text }) => text).join()).toMatch(/by hand/);
    }
  });

  test("a disabled rule stays disabled and touches nothing", () => {
    const { rules } = translate(policyOf([harborRule("always", null, { disabled: true })]));
    expect(rules.map(({ role, isEnabled }) => [role, isEnabled])).toEqual([["keeps", false]]);
  });

  test.each<[string, Partial<HarborRule>]>([
    ["a template that we do not know", { template: "bestOf" }],
    ["an action that we do not know", { action: "delete" }],
    ["a selector that we do not know", { tag_selectors: [selector("matches", "[z-a]")] }],
    [
      "two patterns of tags, one of which excludes",
      { tag_selectors: [selector("matches", "v*"), selector("excludes", "*-rc")] },
    ],
    ["two exclusions of tags", { tag_selectors: [selector("excludes", "pr-*"), selector("excludes", "*-rc")] }],
    ["labels", { tag_selectors: [{ kind: "label", decoration: "withLabels", pattern: "x" }] }],
  ])("%s is said to be lost, and what takes the rest is disabled", (_, change) => {
    const { rules, sources, notes } = translate(
      policyOf([harborRule("always", null), { ...harborRule("always", null), ...change }]),
    );
    expect(sources[1]).toMatchObject({
      becomes: [],
      notes: expect.arrayContaining([expect.objectContaining({ kind: "lost" })]),
    });
    expect(rules.filter((rule) => rule.role === "omission").map((rule) => rule.isEnabled)).toEqual([false]);
    expect(notes[0]).toMatchObject({ kind: "lost", text: expect.stringContaining("disabled") });
  });

  test("K-10 rules that keep alike are joined where they would pass 15, and keep the same", () => {
    const rules = ["a", "b", "c", "d"].map((name) => harborRule("always", null, { tags: `${name}-*` }));
    const counted = ["x", "y"].map((name) => harborRule("latestPushedK", 2, { tags: `${name}-*` }));
    const joined = translate(policyOf([...rules, ...counted]), 4);
    expect(joined.rules.map((rule) => ruleSentence(rule.definition))).toEqual([
      "Reclaim artifacts",
      "Protect artifacts tagged `a-*`, `b-*`, `c-*` or `d-*` or untagged",
      "Protect artifacts tagged `x-*` or untagged, among the 2 newest",
      "Protect artifacts tagged `y-*` or untagged, among the 2 newest",
    ]);
    expect(joined.rules[1]?.from).toEqual([1, 2, 3, 4]);
    expect(joined.notes.map(({ text }) => text).join()).toMatch(/joined/);
    expect(translate(policyOf([...rules, ...counted])).rules).toHaveLength(7);
  });

  test("names are free in the space, differ, and are short enough", () => {
    const long = `${"x".repeat(90)}/**`;
    const { rules } = translate(
      policyOf([harborRule("always", null), harborRule("always", null), harborRule("always", null, { in: long })]),
      15,
      ["Keep always", "Everything that no rule keeps"],
    );
    const names = rules.map((rule) => rule.name);
    expect(names.slice(0, 3)).toEqual(["Everything that no rule keeps (2)", "Keep always (2)", "Keep always (3)"]);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name.length).toBeLessThanOrEqual(80);
  });

  test.each([
    ["not json", /not JSON/],
    ["[]", /an object with rules/],
    ['{"rules":{}}', /as a list/],
    ['{"rules":[{}]}', /kind of rule/],
  ])("%s is no policy, and it says why", (text, message) => {
    const { policy, problems } = readHarborPolicy(text);
    expect(policy).toBeNull();
    expect(problems).toMatchObject([{ message: expect.stringMatching(message) }]);
  });

  test("reads what Harbor's API answers, alone or as the only one of a list", () => {
    const text = JSON.stringify({
      ...policyOf([harborRule("always", null)]),
      id: 3,
      scope: { level: "project", ref: 7 },
    });
    expect(readHarborPolicy(text).policy?.rules).toHaveLength(1);
    expect(readHarborPolicy(`[${text}]`).policy?.rules).toHaveLength(1);
  });
});

describe("laws of the import", () => {
  const pattern = fc.constantFrom("**", "v*", "pr-*", "{v1.0,latest}");
  const rules = fc.array(
    fc
      .record({
        template: fc.constantFrom("always", "latestPushedK", "nDaysSinceLastPush", "nDaysSinceLastPull", "nothing"),
        n: fc.integer({ min: 0, max: 4 }),
        in: fc.constantFrom("**", "app", "{app,web}", "other"),
        tags: pattern,
        isExcluding: fc.boolean(),
        disabled: fc.boolean(),
        untagged: fc.constantFrom(undefined, '{"untagged":true}', '{"untagged":false}'),
      })
      .map(({ template, n, isExcluding, untagged, tags, ...rest }) =>
        harborRule(template, template.startsWith("n") && template !== "nothing" ? n * 30 : n, {
          ...rest,
          tag_selectors: [isExcluding ? selector("excludes", tags) : selector("matches", tags, untagged)],
        }),
      ),
    { minLength: 1, maxLength: 5 },
  );
  const images = fc
    .array(
      fc.record({
        repository: fc.constantFrom("app", "web", "other"),
        tags: fc.uniqueArray(fc.constantFrom("v1.0", "v1.1", "pr-1", "latest", "main"), { maxLength: 2 }),
        pulledDaysAgo: fc.option(fc.integer({ min: 0, max: 150 })),
      }),
      { maxLength: 8 },
    )
    .map((sketches) =>
      sketches.map(({ repository, tags, pulledDaysAgo }, at) =>
        artifact(`i${at}`, {
          ...{ repositoryName: `acme/${repository}`, pushedAt: daysAgo(at * 17 + 1) },
          tags: tags.map((tag) => `${tag}${tag === "latest" || tag === "v1.0" ? "" : `.${at}`}`),
          lastPulledAt: pulledDaysAgo === null ? null : daysAgo(pulledDaysAgo),
        }),
      ),
    );

  function goneBy(harborRules: HarborRule[], all: Artifact[], rulesMax: number): Set<string> {
    const applied = translate(policyOf(harborRules), rulesMax).rules.flatMap(({ name, definition, isEnabled }) => {
      expect(ruleDefinitionSchema.safeParse(definition)).toMatchObject({ success: true });
      return isEnabled ? [{ id: name, name, revision: 1, definition: { ...definition, allowLastArtifact: true } }] : [];
    });
    const { items } = plan(all, applied, { graceMs: 0 });
    return new Set(items.filter((item) => item.action === "reclaim").map((item) => item.digest));
  }

  test("what Harbor keeps stays, however many rules are joined", () => {
    fc.assert(
      fc.property(rules, images, fc.integer({ min: 2, max: 15 }), (harborRules, all, rulesMax) => {
        const gone = goneBy(harborRules, all, rulesMax);
        for (const image of all) if (harborKeeps(harborRules, image, all)) expect(gone).not.toContain(image.digest);
      }),
      { numRuns: 200 },
    );
  }, 60_000);

  test("and what Harbor takes goes, where nothing but an age or “always” decides", () => {
    fc.assert(
      fc.property(rules, images, (harborRules, all) => {
        const simple = harborRules.filter(({ template }) => template === "always" || template === "nDaysSinceLastPush");
        const gone = goneBy(simple, all, 15);
        for (const image of all) if (!harborKeeps(simple, image, all)) expect(gone).toContain(image.digest);
      }),
      { numRuns: 200 },
    );
  }, 60_000);
});

/** What Harbor does, by its documentation: slow and obvious. */
function harborKeeps(rules: readonly HarborRule[], image: Artifact, all: readonly Artifact[]): boolean {
  const enabled = rules.filter((rule) => rule.disabled !== true && inScope(rule, image));
  if (enabled.length === 0) return true;
  return enabled.some((rule) => {
    const candidates = all.filter((one) => one.repositoryName === image.repositoryName && isSelected(rule, one));
    if (!candidates.includes(image)) return false;
    const n = Number(rule.params?.[rule.template]);
    const newest = [...candidates].sort((a, b) => (b.pushedAt ?? 0) - (a.pushedAt ?? 0));
    switch (rule.template) {
      case "always":
        return true;
      case "latestPushedK":
        return newest.indexOf(image) < n;
      case "nDaysSinceLastPush":
        return NOW - (image.pushedAt ?? 0) <= n * DAY_MS;
      case "nDaysSinceLastPull":
        return NOW - (image.lastPulledAt ?? 0) <= n * DAY_MS;
      default:
        return false;
    }
  });
}

function inScope(rule: HarborRule, image: Artifact): boolean {
  const pattern = rule.scope_selectors?.repository?.[0]?.pattern ?? "";
  return compileGlob(pattern).test(image.repositoryName.slice("acme/".length));
}

function isSelected(rule: HarborRule, image: Artifact): boolean {
  const [one] = rule.tag_selectors ?? [];
  const glob = compileGlob(one?.pattern ?? "");
  if (one?.decoration === "excludes") return image.tags.some((tag) => !glob.test(tag.name));
  if (image.tags.length === 0) return one?.extras !== '{"untagged":false}';
  return image.tags.some((tag) => glob.test(tag.name));
}
