import type { PlanInput, ReclaimPlan } from "@/domain/reclaim/plan";
import { planReclaim } from "@/domain/reclaim/plan-reclaim";
import { type Artifact, DAY_MS, type TagFact } from "@/domain/rules/facts";
import type { Pattern } from "@/domain/rules/pattern";
import type { SimplePredicate } from "@/domain/rules/predicate";
import { reasonText } from "@/domain/rules/reason-text";
import type { AppliedRule, RuleDefinition, Select } from "@/domain/rules/rule";

/** The `now` of planner tests. */
export const NOW = Date.UTC(2026, 0, 1);

/** A moment so many days before NOW. */
export const daysAgo = (days: number) => NOW - days * DAY_MS;

/** A digest that reads like its name: hex of its characters, filled up. */
export function digestOf(name: string): string {
  return `sha256:${Buffer.from(name).toString("hex").padEnd(64, "0").slice(0, 64)}`;
}

type ArtifactSketch = Omit<Partial<Artifact>, "tags" | "digest" | "children" | "subject" | "blobs"> & {
  tags?: (string | TagFact)[];
  /** Names of artifacts, made into digests. */
  children?: string[];
  subject?: string;
  /** Sizes by name. */
  blobs?: Record<string, number>;
};

/** Facts of an artifact named by its digest: an image of repository `app`, pushed 100 days ago, never pulled, unless said otherwise. */
export function artifact(name: string, sketch: ArtifactSketch = {}): Artifact {
  const { tags = [], children = [], subject, blobs = { [`${name}-layer`]: 100 }, ...rest } = sketch;
  const pushedAt = sketch.pushedAt === undefined ? daysAgo(100) : sketch.pushedAt;
  return {
    repositoryName: "app",
    digest: digestOf(name),
    kind: children.length > 0 ? "index" : "image",
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    lastPulledAt: null,
    createdAt: null,
    untaggedSince: null,
    isPinned: false,
    pinText: null,
    immutableTags: [],
    inUseBy: [],
    missingChildren: 0,
    isUnreadable: false,
    ...rest,
    pushedAt,
    tags: tags.map((tag) => (typeof tag === "string" ? { name: tag, pushedAt } : tag)),
    children: children.map(digestOf),
    subject: subject === undefined ? null : digestOf(subject),
    blobs: Object.entries(blobs).map(([blob, sizeBytes]) => ({ digest: digestOf(blob), sizeBytes })),
  };
}

/** The fallback tag of a referrer of the named artifact. */
export function fallbackTag(name: string, suffix = ""): string {
  return digestOf(name).replace(":", "-") + suffix;
}

export const glob = (value: string) => ({ kind: "glob" as const, value });
export const regex = (value: string) => ({ kind: "regex" as const, value });
export const semver = (value: string) => ({ kind: "semver" as const, value });

type RuleSketch = Partial<Omit<RuleDefinition, "select">> & {
  id?: string;
  tags?: Pattern[];
  notTags?: Pattern[];
  repositories?: Select["repositories"]["include"];
  state?: Select["state"];
  kinds?: Select["kinds"];
};

/** A reclaim rule over all tagged images of all repositories that holds always, unless said otherwise. Its id is its name. */
export function rule(name: string, sketch: RuleSketch = {}): AppliedRule {
  const { id = name, tags = [], notTags = [], repositories = [], state = "tagged", kinds = "image", ...rest } = sketch;
  const definition: RuleDefinition = {
    effect: "reclaim",
    select: {
      repositories: { include: repositories, exclude: [] },
      tags: { include: tags, exclude: notTags },
      state,
      kinds,
    },
    when: [],
    schedule: { kind: "manual" },
    limits: {},
    allowLastArtifact: true,
    ...rest,
  };
  return { id, name, revision: 1, definition };
}

/** A protect rule; see `rule`. */
export function protect(name: string, sketch: RuleSketch = {}): AppliedRule {
  return rule(name, { ...sketch, effect: "protect" });
}

export const idle = (
  days: number,
  clock: "pushed" | "active" | "created" | "untaggedSince" = "pushed",
): SimplePredicate => ({
  kind: "idle",
  days,
  clock,
});
export const beyond = (n: number, order: "pushed" | "active" | "semver" | "created" = "pushed"): SimplePredicate => ({
  kind: "beyond",
  n,
  order,
});
export const among = (n: number, order: "pushed" | "active" | "semver" | "created" = "pushed"): SimplePredicate => ({
  kind: "among",
  n,
  order,
});

/** Plans at NOW with pulls recorded for ten years and a day of grace, unless said otherwise. */
export function plan(artifacts: Artifact[], rules: AppliedRule[], frame: Partial<PlanInput> = {}): ReclaimPlan {
  return planReclaim({
    artifacts,
    rules,
    nowMs: NOW,
    graceMs: DAY_MS,
    pullTrackingSinceMs: daysAgo(3650),
    ...frame,
  });
}

/** Decisions by artifact name: `reclaim`, `keep`, or `untag a,b`. Digests that no name was given for are left out. */
export function decisions(result: ReclaimPlan, names: string[]): Record<string, string> {
  const byDigest = new Map(result.verdicts.map(({ digest, verdict }) => [digest, verdict]));
  return Object.fromEntries(
    names.map((name) => {
      const verdict = byDigest.get(digestOf(name));
      return [
        name,
        verdict?.decision === "untag" ? `untag ${verdict.tags.join(",")}` : (verdict?.decision ?? "absent"),
      ];
    }),
  );
}

/** The reason given for a named artifact, in words. */
export function reasonOf(result: ReclaimPlan, name: string): string {
  const row = result.verdicts.find(({ digest }) => digest === digestOf(name));
  if (row === undefined) throw new Error(`no verdict for ${name}`);
  return reasonText(row.verdict);
}
