import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildImageGraph, imageTags } from "@/domain/images/image-graph";
import { type Artifact, DAY_MS } from "@/domain/rules/facts";
import { artifacts, expectClosed, keyOf, removedBy } from "@/testing/artifact-arbitraries";
import { NOW } from "@/testing/artifact-facts";
import type { HandPick, ReclaimPlan } from "./plan";
import { planByHand } from "./plan-by-hand";
import { recheckItem } from "./recheck-item";

const RUNS = { numRuns: 400 };
const graceMs = fc.constantFrom(0, DAY_MS, 30 * DAY_MS);

/** For each artifact nothing, all of it, or some of its tags; by position, so that what shrinks stays itself. */
const sketches = fc.array(
  fc.record({
    what: fc.constantFrom("nothing", "image", "image", "tags"),
    tags: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
    andImage: fc.boolean(),
  }),
  { minLength: 12, maxLength: 12 },
);
type Sketches = { what: string; tags: boolean[]; andImage: boolean }[];
type Picks = ReadonlyMap<string, HandPick>;

function picksOf(all: readonly Artifact[], choice: Sketches): Picks {
  return new Map(
    all.flatMap((one, at): [string, HandPick][] => {
      const { what, tags, andImage } = choice[at] ?? { what: "nothing", tags: [], andImage: false };
      if (what === "nothing") return [];
      if (what === "image") return [[keyOf(one), { what: "image" }]];
      const names = one.tags.filter((_, index) => tags[index] === true).map((tag) => tag.name);
      return names.length === 0 ? [] : [[keyOf(one), { what: "tags", tags: names, andImage }]];
    }),
  );
}

function plan(all: readonly Artifact[], picks: Picks, grace: number): ReclaimPlan {
  return planByHand({
    ...{ artifacts: all, nowMs: NOW, graceMs: grace, by: { who: "Ada", why: null } },
    pickOf: (repositoryName, digest) => picks.get(keyOf({ repositoryName, digest })),
  });
}

const lawful = (check: (all: Artifact[], picks: Picks, grace: number) => void) =>
  fc.assert(
    fc.property(artifacts, sketches, graceMs, (all, choice, grace) => check(all, picksOf(all, choice), grace)),
    RUNS,
  );

describe("laws of a choice by hand", () => {
  it("nothing that stays loses a child, a referrer or its subject", () => {
    lawful((all, picks, grace) => expectClosed(all, removedBy(plan(all, picks, grace).items)));
  });

  it("nothing that stays loses one however early the run ends, items moved in order after their re-check", () => {
    fc.assert(
      fc.property(artifacts, sketches, graceMs, fc.array(fc.boolean()), (all, choice, grace, skipped) => {
        const { items } = plan(all, picksOf(all, choice), grace);
        let present = all;
        items.forEach((item, at) => {
          if (skipped[at] === true) return;
          const result = recheckItem({
            item,
            artifacts: present,
            rules: "by_hand",
            planNowMs: NOW,
            graceMs: grace,
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

  it("nothing goes but what was chosen, and untagged parts of it", () => {
    lawful((all, picks, grace) => {
      const removed = removedBy(plan(all, picks, grace).items);
      const graph = buildImageGraph(all);
      all.forEach((one, at) => {
        if (!removed.has(keyOf(one)) || picks.has(keyOf(one))) return;
        expect(graph.isMember(at)).toBe(true);
        expect(imageTags(one.tags)).toEqual([]);
      });
    });
  });

  it("no tag goes but those that were chosen, alone or with their image", () => {
    lawful((all, picks, grace) => {
      for (const item of plan(all, picks, grace).items) {
        const pick = picks.get(keyOf(item));
        if (item.action === "untag") {
          if (pick?.what !== "tags") throw new Error("an image loses tags that nobody chose");
          for (const tag of item.selectedTags) expect(pick.tags).toContain(tag);
        } else if (pick?.what === "tags") {
          // The fallback tags of a signature go with it, and are not for anybody to choose.
          for (const tag of imageTags(item.tags.map((name) => ({ name })))) expect(pick.tags).toContain(tag.name);
          expect(pick.andImage).toBe(true);
        }
      }
    });
  });

  it("what is pinned, in use, unreadable or of an unknown type is never moved, and loses no tag; immutable tags stay", () => {
    lawful((all, picks, grace) => {
      const { items } = plan(all, picks, grace);
      const removed = removedBy(items);
      for (const one of all) {
        const isHeld = one.isPinned || one.inUseBy.length > 0 || one.isUnreadable || one.kind === "unknown";
        if (isHeld || one.immutableTags.length > 0) expect(removed).not.toContain(keyOf(one));
        for (const item of items) {
          if (keyOf(item) !== keyOf(one) || item.action !== "untag") continue;
          expect(isHeld).toBe(false);
          for (const tag of one.immutableTags) expect(item.selectedTags).not.toContain(tag);
        }
      }
    });
  });

  it("an image that keeps a tag keeps its digest", () => {
    lawful((all, picks, grace) => {
      const removed = removedBy(plan(all, picks, grace).items);
      for (const one of all) {
        const pick = picks.get(keyOf(one));
        if (pick?.what !== "tags" || one.tags.every((tag) => pick.tags.includes(tag.name))) continue;
        expect(removed).not.toContain(keyOf(one));
      }
    });
  });

  it("who chooses less takes no more", () => {
    fc.assert(
      fc.property(artifacts, sketches, graceMs, fc.nat(11), (all, choice, grace, left) => {
        const less = choice.map((one, at) => (at === left ? { ...one, what: "nothing" } : one));
        const more = removedBy(plan(all, picksOf(all, choice), grace).items);
        for (const gone of removedBy(plan(all, picksOf(all, less), grace).items)) expect(more).toContain(gone);
      }),
      RUNS,
    );
  });

  it("what was chosen has a verdict that says what becomes of it, and items and verdicts agree", () => {
    lawful((all, picks, grace) => {
      const result = plan(all, picks, grace);
      const going = result.verdicts.filter(({ verdict }) => verdict.decision === "reclaim").map(keyOf);
      expect(new Set(going)).toEqual(removedBy(result.items));
      for (const { verdict, ...one } of result.verdicts) {
        const isChosen = picks.has(keyOf(one));
        if (verdict.decision === "keep" && isChosen) expect(verdict.reason.code).not.toBe("no_rule");
        if (verdict.decision !== "keep" && !isChosen) expect(verdict.reason.code).toBe("goes_with");
      }
    });
  });
});
