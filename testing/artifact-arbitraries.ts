import fc from "fast-check";
import { expect } from "vitest";
import { buildImageGraph } from "@/domain/images/image-graph";
import type { ReclaimPlan } from "@/domain/reclaim/plan";
import { type Artifact, DAY_MS } from "@/domain/rules/facts";
import { artifact, fallbackTag, NOW } from "@/testing/artifact-facts";

const MAX_ARTIFACTS = 12;
const nameAt = (at: number) => `m${at}`;

const suffixed = (tag: string, at: number) => (at % 2 === 0 ? tag : `${tag}-${at}`);

const tagName = fc.constantFrom<string>(
  "v1.0",
  "v1.1",
  "v2.0-rc.1",
  "latest",
  "pr-1",
  "pr-2",
  "env1-a",
  "env1-b",
  "env2-a",
);
const time = fc.option(
  fc.integer({ min: 0, max: 40 }).map((tenDays) => NOW - tenDays * 10 * DAY_MS),
  { freq: 25 },
);

const target = fc.nat(MAX_ARTIFACTS * 12);

/**
 * Artifacts of two repositories with every kind of edge: children, subjects, fallback tags, some of them to what is not there, some in
 * circles. Most are old and unguarded, so that much would go if nothing held it.
 */
export const artifacts: fc.Arbitrary<Artifact[]> = fc
  .array(
    fc.record({
      repository: fc.constantFrom("app", "app", "app", "app", "app", "ops"),
      kind: fc.constantFrom<Artifact["kind"]>("image", "image", "image", "other", "chart"),
      role: fc.constantFrom("plain", "plain", "index", "index", "referrer", "signature", "both"),
      tags: fc.oneof(
        { weight: 1, arbitrary: fc.constant<string[]>([]) },
        { weight: 1, arbitrary: fc.uniqueArray(tagName, { maxLength: 3 }) },
      ),
      targets: fc.tuple(target, target),
      pushedAt: time,
      lastPulledAt: time,
      createdAt: time,
      untaggedSince: time,
      guard: fc.nat(150),
      blobs: fc.uniqueArray(fc.nat(5), { maxLength: 3 }),
    }),
    { minLength: 1, maxLength: MAX_ARTIFACTS },
  )
  .map((sketches) => {
    const repositories = sketches.map(({ repository }) => repository);
    // Edges lead to artifacts of the same repository, but one in a dozen to something that is not there.
    const nameOfTarget = (from: number, to: number) => {
      const near = repositories.flatMap((repository, at) => (repository === repositories[from] ? [at] : []));
      return to % 12 === 0 ? "absent" : nameAt(near[to % near.length] ?? from);
    };
    return sketches.map((sketch, at) => {
      const [first, second] = sketch.targets.map((to) => nameOfTarget(at, to));
      const isReferrer = sketch.role === "referrer" || sketch.role === "both";
      const isSignature = sketch.role === "signature" || sketch.role === "both";
      return artifact(nameAt(at), {
        repositoryName: sketch.repository,
        kind: sketch.guard === 1 ? "unknown" : sketch.kind,
        tags: [
          ...sketch.tags.map((tag) => suffixed(tag, at)),
          ...(isSignature && second !== undefined ? [fallbackTag(second, ".sig")] : []),
        ],
        children: sketch.role === "index" ? [...new Set([first ?? "", second ?? ""])] : [],
        ...(isReferrer && first !== undefined ? { subject: first } : {}),
        pushedAt: sketch.pushedAt,
        lastPulledAt: sketch.lastPulledAt,
        createdAt: sketch.createdAt,
        untaggedSince: sketch.untaggedSince,
        isUnreadable: sketch.guard === 2,
        isPinned: sketch.guard === 3 || sketch.guard === 6,
        inUseBy: sketch.guard === 4 ? ["prod/web"] : [],
        immutableTags: sketch.guard === 5 ? sketch.tags.slice(0, 1).map((tag) => suffixed(tag, at)) : [],
        blobs: Object.fromEntries(sketch.blobs.map((blob) => [`b${blob}`, blob + 1])),
      });
    });
  });

export const keyOf = (entry: { repositoryName: string; digest: string }) => `${entry.repositoryName}@${entry.digest}`;
/** Manifests that a run of these items removes at their source. */
export function removedBy(items: ReclaimPlan["items"]): Set<string> {
  return new Set(
    items.flatMap((item) =>
      item.action === "untag"
        ? []
        : [item, ...item.members.filter((member) => !member.stays)].map(({ digest }) =>
            keyOf({ repositoryName: item.repositoryName, digest }),
          ),
    ),
  );
}

/** What stays has all that it needs. */
export function expectClosed(all: readonly Artifact[], removed: ReadonlySet<string>): void {
  const graph = buildImageGraph(all);
  all.forEach((one, at) => {
    if (removed.has(keyOf(one))) return;
    for (const needed of [
      ...(graph.childrenOf[at] ?? []),
      ...(graph.referrersOf[at] ?? []),
      ...(graph.subjectsOf[at] ?? []),
    ]) {
      expect(removed.has(keyOf(all[needed] ?? one))).toBe(false);
    }
  });
}
