import type { Pattern } from "@/domain/rules/pattern";
import type { Predicate, SimplePredicate } from "@/domain/rules/predicate";
import { type AppliedRule, ruleDefinitionSchema } from "@/domain/rules/rule";

const glob = (value: string): Pattern => ({ kind: "glob", value });
const regex = (value: string): Pattern => ({ kind: "regex", value });
const semver = (value: string): Pattern => ({ kind: "semver", value });
const idle = (days: number, clock: "pushed" | "active" = "pushed"): SimplePredicate => ({ kind: "idle", days, clock });
const beyond = (n: number, order: "pushed" | "semver" = "pushed", groupBy?: string): SimplePredicate => ({
  ...{ kind: "beyond", n, order },
  ...(groupBy === undefined ? {} : { groupBy }),
});

interface Sketch {
  effect?: "reclaim" | "protect";
  repositories?: string[];
  tags?: Pattern[];
  state?: "tagged" | "untagged" | "any";
  when: Predicate[];
}

/** Fifteen rules as a busy space might have them: every kind of pattern, clock and order, over all repositories or some, both effects. */
export function fifteenRules(): AppliedRule[] {
  const sketches: Record<string, Sketch> = {
    untagged: { state: "untagged", when: [idle(7)] },
    "release candidates": { tags: [glob("v*-rc")], when: [idle(30)] },
    "old releases": { tags: [semver("<10.0.0")], when: [idle(90), beyond(50, "semver")] },
    "builds of a line": { tags: [regex("^v1\\d\\.")], when: [beyond(10, "pushed", "^v(\\d+)\\.")] },
    "not pulled": { when: [idle(180, "active"), beyond(20)] },
    "team 1": { repositories: ["acme/team1/**"], tags: [glob("v*")], when: [idle(60, "active")] },
    "teams 2 and 3": { repositories: ["acme/team{2,3}/**"], tags: [glob("v?.*")], when: [beyond(100)] },
    "team 4": { repositories: ["acme/team4/*"], tags: [regex("\\.[34]$"), regex("-rc$")], when: [idle(20)] },
    "old or many": {
      tags: [glob("v1*"), glob("v2*")],
      when: [{ kind: "anyOf", groups: [[idle(300)], [beyond(300), idle(100, "active")]] }],
    },
    newest: { effect: "protect", when: [{ kind: "among", n: 5, order: "pushed" }] },
    highest: { effect: "protect", tags: [semver(">=1.0.0")], when: [{ kind: "among", n: 3, order: "semver" }] },
    "in use": { effect: "protect", when: [{ kind: "within", days: 14, clock: "active" }] },
    moving: { effect: "protect", tags: [regex("^(latest|stable|main)$")], when: [] },
    "team 7": { effect: "protect", repositories: ["acme/team7/**"], tags: [glob("v{1,2,3}.*")], when: [] },
    "one a line": {
      effect: "protect",
      when: [{ kind: "among", n: 1, order: "pushed", groupBy: "^v(\\d+)\\." }],
    },
  };
  return Object.entries(sketches).map(([name, sketch], at) => ({
    id: `rule${String(at).padStart(2, "0")}`,
    name,
    revision: 1,
    definition: ruleDefinitionSchema.parse({
      effect: sketch.effect ?? "reclaim",
      select: {
        repositories: { include: (sketch.repositories ?? []).map(glob), exclude: [] },
        tags: { include: sketch.tags ?? [], exclude: [] },
        state: sketch.state ?? "tagged",
        kinds: "any",
      },
      when: sketch.when,
      schedule: { kind: "manual" },
      limits: {},
      allowLastArtifact: false,
    }),
  }));
}
