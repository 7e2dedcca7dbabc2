import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Artifact } from "@/domain/rules/facts";
import { ruleDefinitionSchema } from "@/domain/rules/rule";
import { artifacts, expectClosed, keyOf, removedBy } from "@/testing/artifact-arbitraries";
import { digestOf, glob, NOW, plan, rule } from "@/testing/artifact-facts";
import { ruleOf, rules, setting } from "@/testing/rule-arbitraries";
import { applyLimits } from "./apply-limits";
import type { ReclaimPlan } from "./plan";
import { recheckItem } from "./recheck-item";

const RUNS = { numRuns: 400 };

describe("laws of a plan", () => {
  it("the rules these laws are tried on are rules that the schema takes", () => {
    fc.assert(
      fc.property(ruleOf("reclaim"), ({ definition }) => {
        const isAboutUntagged = JSON.stringify(definition.when).includes("untagged");
        fc.pre(definition.select.state === "any" || !isAboutUntagged);
        expect(ruleDefinitionSchema.safeParse(definition)).toMatchObject({ success: true });
      }),
    );
  });

  it("nothing that stays loses a child, a referrer or its subject", () => {
    fc.assert(
      fc.property(artifacts, rules, setting, (all, ruleSet, frame) => {
        expectClosed(all, removedBy(plan(all, ruleSet, frame).items));
      }),
      RUNS,
    );
  });

  it("nothing that stays loses one however early the run ends, items moved in order after their re-check", () => {
    fc.assert(
      fc.property(artifacts, rules, setting, fc.array(fc.boolean()), (all, ruleSet, frame, skipped) => {
        const { items } = plan(all, ruleSet, frame);
        const standing = new Map(
          ruleSet.map((one) => [one.id, { revision: 1, isEnabled: true, allowLastArtifact: true }]),
        );
        let present = all;
        items.forEach((item, at) => {
          if (skipped[at] === true) return;
          const graceMs = frame.graceMs;
          const result = recheckItem({
            item,
            artifacts: present,
            rules: standing,
            planNowMs: NOW,
            graceMs,
            isDigestElsewhere: () => false,
          });
          if (result.outcome === "skipped_stale") return;
          const removed = removedBy([{ ...item, members: result.members }]);
          expectClosed(present, removed);
          present = present.filter((one) => !removed.has(keyOf(one)));
        });
      }),
      RUNS,
    );
  });

  it("K-08 in whatever order rules and artifacts come, the plan is the same", () => {
    fc.assert(
      fc.property(
        artifacts.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
        rules.chain((set) => fc.tuple(fc.constant(set), fc.shuffledSubarray(set, { minLength: set.length }))),
        setting,
        ([all, shuffled], [ruleSet, shuffledRules], frame) => {
          expect(plan(shuffled, shuffledRules, frame)).toEqual(plan(all, ruleSet, frame));
        },
      ),
      RUNS,
    );
  });

  it("one more protect rule never lets more go", () => {
    fc.assert(
      fc.property(artifacts, rules, ruleOf("protect"), setting, (all, ruleSet, extra, frame) => {
        const before = plan(all, ruleSet, frame);
        const after = plan(all, [...ruleSet, extra], frame);
        for (const gone of removedBy(after.items)) expect(removedBy(before.items)).toContain(gone);
        const tagsOf = (result: ReclaimPlan) =>
          result.items.flatMap((item) => [
            ...item.selectedTags.map((tag) => `${item.repositoryName}:${tag}`),
            ...item.members
              .filter((member) => !member.stays)
              .flatMap((member) => member.tags.map((tag) => `${item.repositoryName}:${tag}`)),
          ]);
        for (const tag of tagsOf(after)) expect(tagsOf(before)).toContain(tag);
      }),
      RUNS,
    );
  });

  it("what is pinned, in use, unreadable, immutable or of an unknown type is never moved", () => {
    fc.assert(
      fc.property(artifacts, rules, setting, (all, ruleSet, frame) => {
        const result = plan(all, ruleSet, frame);
        const removed = removedBy(result.items);
        for (const one of all) {
          const isHeld = one.isPinned || one.inUseBy.length > 0 || one.isUnreadable || one.kind === "unknown";
          if (isHeld || one.immutableTags.length > 0) expect(removed).not.toContain(keyOf(one));
          for (const item of result.items) {
            if (item.digest !== one.digest || item.action !== "untag") continue;
            expect(isHeld).toBe(false);
            for (const tag of one.immutableTags) expect(item.selectedTags).not.toContain(tag);
          }
        }
      }),
      RUNS,
    );
  });

  it("what a protect rule without conditions selects is never moved and keeps its tags", () => {
    fc.assert(
      fc.property(artifacts, rules, setting, (all, ruleSet, frame) => {
        const result = plan(
          all,
          [...ruleSet, rule("shield", { effect: "protect", tags: [glob("v*")], kinds: "any" })],
          frame,
        );
        for (const item of result.items) {
          const tags = [
            ...item.selectedTags,
            ...item.members.filter(({ stays }) => !stays).flatMap((member) => member.tags),
          ];
          for (const tag of tags) expect(tag).not.toMatch(/^v/);
        }
      }),
      RUNS,
    );
  });

  it("where times are not known, nothing goes by them", () => {
    const timeless = artifacts.map((all) =>
      all.map((one) => ({
        ...one,
        pushedAt: null,
        createdAt: null,
        untaggedSince: null,
        lastPulledAt: null,
        tags: one.tags.map((tag) => ({ ...tag, pushedAt: null })),
      })),
    );
    const timed = ruleOf("reclaim").filter(({ definition }) =>
      definition.when.some(
        (one) =>
          one.kind === "idle" ||
          one.kind === "within" ||
          (one.kind === "beyond" && one.order !== "semver" && one.n > 0),
      ),
    );
    fc.assert(
      fc.property(timeless, timed, (all, one) => {
        expect(plan(all, [one], { graceMs: 0 }).items).toEqual([]);
      }),
      RUNS,
    );
  });

  it("every artifact has one verdict, and items and verdicts agree", () => {
    fc.assert(
      fc.property(artifacts, rules, setting, (all, ruleSet, frame) => {
        const result = plan(all, ruleSet, frame);
        expect(result.verdicts.map(keyOf).sort()).toEqual(all.map(keyOf).sort());
        const going = result.verdicts.filter(({ verdict }) => verdict.decision === "reclaim").map(keyOf);
        expect(new Set(going)).toEqual(removedBy(result.items));
        expect(result.totals.manifests).toBe(going.length);
      }),
      RUNS,
    );
  });

  it("freed bytes are those of a naive recount, for the whole plan and for what limits leave of it", () => {
    const limits = fc.record(
      {
        maxItems: fc.integer({ min: 1, max: 4 }),
        maxBytes: fc.integer({ min: 1, max: 30 }),
        maxPercentOfRepository: fc.integer({ min: 1, max: 100 }),
      },
      { requiredKeys: [] },
    );
    const heldElsewhere = new Set([digestOf("b5")]);
    fc.assert(
      fc.property(artifacts, rules, setting, limits, (all, ruleSet, frame, limit) => {
        const isBlobHeldElsewhere = (digest: string) => heldElsewhere.has(digest);
        const result = plan(all, ruleSet, { ...frame, isBlobHeldElsewhere });
        expect(result.totals.freedBytes).toBe(naiveFreed(all, removedBy(result.items), heldElsewhere));
        const limited = applyLimits(result, limit, { artifacts: all, isBlobHeldElsewhere });
        expect(limited.totals.freedBytes).toBe(naiveFreed(all, removedBy(limited.items), heldElsewhere));
        expectClosed(all, removedBy(limited.items));
        for (let end = 0; end <= result.items.length; end++) {
          const begun = result.items.slice(0, end);
          const sum = begun.reduce((bytes, item) => bytes + item.uniqueSizeBytes, 0);
          expect(sum).toBe(naiveFreed(all, removedBy(begun), heldElsewhere));
        }
      }),
      RUNS,
    );
  });
});

function naiveFreed(
  all: readonly Artifact[],
  removed: ReadonlySet<string>,
  heldElsewhere: ReadonlySet<string>,
): number {
  const sizes = new Map<string, number>();
  for (const one of all) for (const blob of one.blobs) sizes.set(blob.digest, blob.sizeBytes);
  let freed = 0;
  for (const [digest, sizeBytes] of sizes) {
    const holders = all.filter((one) => one.blobs.some((blob) => blob.digest === digest));
    const goes = holders.every((one) => removed.has(keyOf(one))) && !heldElsewhere.has(digest);
    if (goes) freed += sizeBytes;
  }
  return freed;
}
