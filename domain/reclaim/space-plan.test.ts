import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Artifact } from "@/domain/rules/facts";
import { compareText } from "@/domain/rules/facts";
import type { AppliedRule, RuleLimits } from "@/domain/rules/rule";
import { groupBy } from "@/lib/group-by";
import { artifacts, keyOf } from "@/testing/artifact-arbitraries";
import { artifact, digestOf, NOW, plan, rule } from "@/testing/artifact-facts";
import { rules, setting } from "@/testing/rule-arbitraries";
import { applyLimits } from "./apply-limits";
import { BlobTable } from "./blob-table";
import type { PlanInput, PlanItem } from "./plan";
import { compileRules } from "./plan-reclaim";
import { type PlannedImage, planRepository } from "./plan-repository";
import { SpacePlan } from "./space-plan";

const limits = fc.record(
  {
    maxItems: fc.integer({ min: 1, max: 4 }),
    maxBytes: fc.integer({ min: 1, max: 30 }),
    maxPercentOfRepository: fc.integer({ min: 1, max: 100 }),
  },
  { requiredKeys: [] },
);
/** Every fifth one in another repository than what it belongs to: subjects elsewhere, missing children, blobs that repositories share. */
const spread = fc
  .tuple(artifacts, fc.nat(4))
  .map(([all, offset]) => all.map((one, at) => (at % 5 === offset ? { ...one, repositoryName: "tools" } : one)));
const outside = new Set([digestOf("b5"), digestOf("absent")]);

describe("a plan made repository by repository", () => {
  it("K-07 is the plan made of everything at once: verdicts, moves, order, sizes and limits, also where threads make parts of it", {
    timeout: 60_000,
  }, () => {
    fc.assert(
      fc.property(spread, rules, setting, limits, fc.nat(3), (all, ruleSet, frame, limit, parts) => {
        const isOutside = (digest: string) => outside.has(digest);
        const known = { ...frame, isDigestElsewhere: isOutside, isBlobHeldElsewhere: isOutside };
        const whole = plan(all, ruleSet, known);
        const limited = applyLimits(whole, limit, { artifacts: all, isBlobHeldElsewhere: isOutside });
        const streamed = planInPieces(all, ruleSet, limit, { ...frame, isOutside }, parts);

        expect(streamed.moving).toEqual(limited.items);
        expect(streamed.leftOut).toEqual(limited.leftOut);
        expect(streamed.result.totals).toEqual(limited.totals);
        expect(streamed.result.limits).toEqual(limited.stop?.limits ?? []);
        expect(streamed.result.leftOutBytes).toBe(limited.stop?.leftOutBytes ?? 0);
        const verdicts = new Map(whole.verdicts.map((one) => [keyOf(one), one.verdict]));
        for (const { artifact: one, verdict } of streamed.rows) expect(verdict).toEqual(verdicts.get(keyOf(one)));
        const kept = whole.verdicts.filter((one) => one.verdict.decision === "keep" && !one.isMember);
        expect(streamed.kept.map((one) => keyOf(one.artifact))).toEqual(kept.map(keyOf));
        expect(streamed.result.imageCount).toBe(
          whole.repositories.reduce((sum, repository) => sum + repository.imageCount, 0),
        );
      }),
      { numRuns: 400 },
    );
  });

  it("says of an image that stays what it would free alone, and what it shares", () => {
    const all = [
      artifact("index", { tags: ["v1"], children: ["amd"], blobs: { index: 1 } }),
      artifact("amd", { blobs: { amd: 10, base: 1000 } }),
      artifact("other", { tags: ["v2"], blobs: { other: 100, base: 1000 } }),
      artifact("elsewhere", { repositoryName: "ops", tags: ["v1"], blobs: { outside: 10_000, ops: 7 } }),
    ];
    const { kept, sizeOf } = planInPieces(
      all,
      [rule("none", { when: [{ kind: "idle", clock: "pushed", days: 999 }] })],
      {},
      {
        isOutside: (digest) => digest === digestOf("outside"),
      },
    );
    const sizes = kept.map((image) => {
      const { logicalSizeBytes, ownSizeBytes, sharedSizeBytes, uniqueSizeBytes } = sizeOf(image);
      return [image.artifact.tags[0]?.name, logicalSizeBytes, ownSizeBytes, sharedSizeBytes, uniqueSizeBytes];
    });
    expect(sizes).toEqual([
      ["v1", 1011, 11, 1000, 0],
      ["v2", 1100, 100, 1000, 0],
      ["v1", 10_007, 7, 10_000, 0],
    ]);
  });
});

/** The streamed planner over facts that are at hand; rows come back with all that became of them. */
function planInPieces(
  all: readonly Artifact[],
  ruleSet: readonly AppliedRule[],
  limit: RuleLimits,
  {
    isOutside,
    ...frame
  }: Partial<Pick<PlanInput, "graceMs" | "pullTrackingSinceMs">> & { isOutside(digest: string): boolean },
  /** 0 = all by one. */
  parts = 0,
) {
  let blobs = new BlobTable();
  const numbers = new Map<string, number>();
  const digests: string[] = [];
  const numberOf = (digest: string, sizeBytes: number) => {
    // Low halves repeat: keys that fall into one place of the table are told apart.
    const key = numbers.get(digest) ?? numbers.size;
    numbers.set(digest, key);
    digests[key] = digest;
    return blobs.add(key % 3, key, sizeBytes);
  };
  let space = new SpacePlan(limit, blobs);
  const rows: PlannedImage[] = [];
  const compiled = compileRules(ruleSet);
  const repositories = [...groupBy(all, (one) => one.repositoryName)].sort(([a], [b]) => compareText(a, b));
  const [allBlobs, allOfSpace] = [blobs, space];
  const handOver = () => {
    if (space !== allOfSpace) allOfSpace.addAll(space.columns(), allBlobs.addAll(blobs.columns()));
  };
  for (const [at, [name, own]] of repositories.entries()) {
    if (parts > 0 && at % Math.ceil(repositories.length / parts) === 0) {
      handOver();
      blobs = new BlobTable();
      space = new SpacePlan(limit, blobs);
    }
    const others = new Set(all.filter((one) => one.repositoryName !== name).map((one) => one.digest));
    const repository = planRepository(
      {
        ...{ name, artifacts: own, nowMs: NOW, graceMs: 86_400_000, pullTrackingSinceMs: 0, ...frame },
        isDigestElsewhere: (digest) => others.has(digest) || isOutside(digest),
      },
      compiled,
    );
    const ids: number[] = [];
    const ends = repository.artifacts.map((one) =>
      ids.push(...one.blobs.map(({ digest, sizeBytes }) => numberOf(digest, sizeBytes))),
    );
    space.add(repository, {
      ids: Int32Array.from(ids),
      starts: Int32Array.from([0, ...ends.slice(0, -1)]),
      ends: Int32Array.from(ends),
    });
    rows.push(...repository.images);
  }
  handOver();
  // By its key: its number is another one where parts were put together.
  const result = allOfSpace.finish((blob) => isOutside(digests[allBlobs.keyOf(blob).high] ?? ""));
  const settled = new Map(rows.map((image, row) => [image, result.row(row)]));
  const sizeOf = (image: PlannedImage) => {
    const row = settled.get(image);
    if (row === undefined) throw new Error("a row without sizes");
    const { ordinal: _ordinal, limit: _limit, ...sizes } = row;
    return sizes;
  };
  const inOrder = [...rows].sort((a, b) => (settled.get(a)?.ordinal ?? 0) - (settled.get(b)?.ordinal ?? 0));
  const itemOf = (image: PlannedImage): PlanItem[] =>
    image.move === null ? [] : [{ ...image.move, ...sizeOf(image) }];
  expect([...settled.values()].map(({ ordinal }) => ordinal).sort((a, b) => a - b)).toEqual(rows.map((_, at) => at));
  return {
    ...{ result, rows, sizeOf },
    moving: inOrder.slice(0, result.plannedCount).flatMap(itemOf),
    leftOut: inOrder.flatMap((image) => {
      const limitName = settled.get(image)?.limit ?? null;
      return limitName === null ? [] : itemOf(image).map((item) => ({ item, limit: limitName }));
    }),
    kept: inOrder.filter((image) => image.move === null),
  };
}
