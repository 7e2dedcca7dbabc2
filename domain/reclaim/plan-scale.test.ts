import { expect, it } from "vitest";
import {
  artifact,
  beyond,
  fallbackTag,
  glob,
  idle,
  NOW,
  plan,
  protect,
  regex,
  rule,
  semver,
} from "@/testing/artifact-facts";

const UNITS = 25_000;

it("plans 100,000 artifacts with 15 rules", { timeout: 120_000 }, () => {
  const artifacts = Array.from({ length: UNITS }, (_, at) => {
    const repositoryName = `team${at % 7}/app${at % 50}`;
    const pushedAt = NOW - (at % 400) * 86_400_000;
    const common = { repositoryName, pushedAt };
    const layers = Object.fromEntries(
      Array.from({ length: 8 }, (_, layer) => [`l${layer < 5 ? (at % 50) * 10 + layer : at * 10 + layer}`, 100]),
    );
    return [
      artifact(`i${at}`, {
        ...common,
        tags: [`v1.${at % 90}.${at}`, `build-${at}`],
        children: [`a${at}`, `b${at}`],
        blobs: {},
      }),
      artifact(`a${at}`, { ...common, blobs: layers }),
      artifact(`b${at}`, { ...common, blobs: layers }),
      artifact(`s${at}`, { ...common, tags: [fallbackTag(`i${at}`, ".sig")], blobs: { [`s${at}`]: 1 } }),
    ];
  }).flat();
  const rules = Array.from(
    { length: 13 },
    (_, at) =>
      [
        rule(`glob${at}`, {
          tags: [glob("build-*"), glob("v*")],
          repositories: [glob(`team${at % 7}/**`)],
          when: [idle(100 + at), beyond(at)],
        }),
        rule(`regex${at}`, { tags: [regex("^v1\\.\\d+")], when: [beyond(50, "semver")] }),
        rule(`semver${at}`, { tags: [semver("<1.50")], when: [idle(300)] }),
      ][at % 3] ?? rule("never"),
  ).concat(
    protect("latest", { when: [{ kind: "among", n: 3, order: "pushed" }] }),
    rule("untagged", { state: "untagged" }),
  );
  expect(rules).toHaveLength(15);
  const result = plan(artifacts, rules);
  expect(result.verdicts).toHaveLength(4 * UNITS);
  expect(result.totals.images).toBeGreaterThan(5_000);
  expect(result.totals.manifests).toBe(result.totals.images * 4);
  // Each image that goes takes at least its own three layers and its signature along.
  expect(result.totals.freedBytes).toBeGreaterThanOrEqual(result.totals.images * 301);
});
