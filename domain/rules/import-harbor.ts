import { cronExpressionProblem } from "@/lib/cron";
import type { HarborPolicy } from "./harbor-policy";
import { type HarborKeep, type ImportNote, readHarborRule } from "./harbor-rule";
import { mergeKeeps } from "./merge-keeps";
import type { RuleDefinition, Schedule, Select } from "./rule";

interface ImportedRule {
  name: string;
  definition: RuleDefinition;
  isEnabled: boolean;
  /** omission = what Harbor does without saying it: everything that no rule keeps goes. */
  role: "keeps" | "omission";
  /** The Harbor rules that it was made of, by number from 1. */
  from: number[];
}

export interface HarborImport {
  rules: ImportedRule[];
  sources: { number: number; text: string; isDisabled: boolean; becomes: string[]; notes: ImportNote[] }[];
  notes: ImportNote[];
}

/**
 * Translates a Harbor retention policy. Harbor says what it keeps, and deletes everything else in each repository that a rule touches without
 * a rule that says so; here the rules that keep become rules that protect, and what Harbor leaves unsaid becomes a rule that reclaims,
 * for everybody to see. `prefix`: of the space, since Harbor's patterns leave the project out. `rulesMax`: more are joined where that
 * changes nothing. `isTaken`: names that the space has already.
 */
export function importHarbor(
  policy: HarborPolicy,
  target: { prefix: string; rulesMax: number; isTaken(name: string): boolean },
): HarborImport {
  const sources = policy.rules.map((rule, at) => ({ number: at + 1, ...readHarborRule(rule, target.prefix) }));
  const touching = sources.filter((source) => source.repositories !== null && !source.isDisabled);
  const schedule = scheduleOf(policy);
  const omissions = omissionsOf(
    touching.flatMap(({ repositories, number }) => (repositories === null ? [] : [{ repositories, number }])),
  );
  const keeps = sources.flatMap(({ keep, number, isDisabled }) =>
    keep === null ? [] : [{ ...keep, isEnabled: !isDisabled, from: [number] }],
  );
  const merged = mergeKeeps(keeps, Math.max(1, target.rulesMax - omissions.length));
  const isLost = sources.some((source) => source.isLost && !source.isDisabled);
  const nameOf = nameChooser(target.isTaken);
  const rules: ImportedRule[] = [
    ...omissions.map(({ repositories, from }) => ({
      name: nameOf(
        omissions.length === 1 ? "Everything that no rule keeps" : `Everything else of ${describe(repositories)}`,
      ),
      definition: omissionDefinition(repositories, schedule.schedule),
      // What an unread rule keeps in Harbor must not go here.
      isEnabled: !isLost,
      role: "omission" as const,
      from,
    })),
    ...merged.map((keep) => ({
      name: nameOf(keep.name),
      definition: keepDefinition(keep),
      isEnabled: keep.isEnabled,
      role: "keeps" as const,
      from: keep.from,
    })),
  ];
  return {
    rules,
    sources: sources.map(({ number, text, isDisabled, notes }) => ({
      ...{ number, text, isDisabled, notes },
      becomes: rules.filter((rule) => rule.role === "keeps" && rule.from.includes(number)).map((rule) => rule.name),
    })),
    notes: [
      ...(isLost ? [LOST_NOTE] : []),
      ...schedule.notes,
      ...policyNotes(policy, rules, merged.length < keeps.length),
    ],
  };
}

const LOST_NOTE: ImportNote = {
  kind: "lost",
  text: "Not every rule that keeps something could be carried over. What takes the rest is therefore disabled: write what is missing first, then enable it.",
};

function keepDefinition({ select, when }: HarborKeep): RuleDefinition {
  return { effect: "protect", select, when, schedule: { kind: "manual" }, limits: {}, allowLastArtifact: false };
}

function omissionDefinition(repositories: Select["repositories"], schedule: Schedule): RuleDefinition {
  return {
    effect: "reclaim",
    select: { repositories, tags: { include: [], exclude: [] }, state: "any", kinds: "any" },
    when: [],
    schedule,
    limits: {},
    allowLastArtifact: false,
  };
}

/**
 * What Harbor's rules touch, as few rules: those that name repositories joined, and one for each way of leaving some out, since
 * “all but a” and “all but b” together are all.
 */
function omissionsOf(
  touched: readonly { repositories: Select["repositories"]; number: number }[],
): { repositories: Select["repositories"]; from: number[] }[] {
  const from = touched.map(({ number }) => number);
  if (touched.length === 0) return [];
  if (touched.some(({ repositories: { include, exclude } }) => include.length + exclude.length === 0)) {
    return [{ repositories: { include: [], exclude: [] }, from }];
  }
  const byExclude = new Map<string, { repositories: Select["repositories"]; from: number[] }>();
  for (const { repositories, number } of touched) {
    const key = JSON.stringify([repositories.exclude, repositories.include.length === 0]);
    const group = byExclude.get(key) ?? { repositories: { include: [], exclude: repositories.exclude }, from: [] };
    byExclude.set(key, group);
    group.from.push(number);
    const known = new Set(group.repositories.include.map((pattern) => pattern.value));
    const fresh = repositories.include.filter((pattern) => !known.has(pattern.value));
    group.repositories = { ...group.repositories, include: [...group.repositories.include, ...fresh] };
  }
  return [...byExclude.values()];
}

function scheduleOf(policy: HarborPolicy): { schedule: Schedule; notes: ImportNote[] } {
  const cron = policy.trigger?.settings?.cron?.trim() ?? "";
  if (cron === "" || (policy.trigger?.kind ?? "Schedule") !== "Schedule") {
    return {
      schedule: { kind: "manual" },
      notes: [{ kind: "info", text: "The policy has no schedule: the rule runs by hand until you give it one." }],
    };
  }
  const problem = cronExpressionProblem(cron);
  if (problem !== null) {
    return {
      schedule: { kind: "manual" },
      notes: [{ kind: "lost", text: `The schedule “${cron}” cannot be read (${problem}): the rule runs by hand.` }],
    };
  }
  return {
    schedule: { kind: "cron", expression: cron, timeZone: "UTC" },
    notes: [
      {
        kind: "info",
        text: "Harbor runs its schedules in UTC; so does this one, and a zone of your own can be chosen.",
      },
      { kind: "info", text: "It fires only after a preview: what it would take is seen before it is taken." },
    ],
  };
}

function policyNotes(policy: HarborPolicy, rules: readonly ImportedRule[], isMerged: boolean): ImportNote[] {
  const notes: ImportNote[] = [];
  if (rules.some((rule) => rule.role === "omission")) {
    notes.push(
      {
        kind: "changes",
        text: "Harbor keeps all tags of an image once a rule keeps one of them. Here an image of which some tags are protected loses its other tags, and stays.",
      },
      {
        kind: "changes",
        text: "Harbor may take the last image of a repository. Here the newest stays, unless you allow it.",
      },
      {
        kind: "info",
        text: "What goes, goes to the recycle bin, and children of a kept index and its signatures stay.",
      },
    );
  }
  if (isMerged) {
    notes.push({
      kind: "info",
      text: "Rules that keep in the same way were joined into one, so that all fit; they keep the same images.",
    });
  }
  if (policy.algorithm !== undefined && policy.algorithm !== "or") {
    notes.push({
      kind: "lost",
      text: `The algorithm “${policy.algorithm}” is not one that Harbor documents: read as “or”.`,
    });
  }
  return notes;
}

function describe({ include, exclude }: Select["repositories"]): string {
  const names = include.length === 0 ? "all repositories" : include.map((pattern) => pattern.value).join(", ");
  return exclude.length === 0 ? names : `${names} but ${exclude.map((pattern) => pattern.value).join(", ")}`;
}

const NAME_MAX = 80;

/** Gives each rule a name of its own that is free in the space. */
function nameChooser(isTaken: (name: string) => boolean): (wanted: string) => string {
  const given = new Set<string>();
  return (wanted) => {
    for (let number = 1; ; number++) {
      const suffix = number === 1 ? "" : ` (${number})`;
      const name = `${shortened(wanted, NAME_MAX - suffix.length)}${suffix}`;
      if (given.has(name) || isTaken(name)) continue;
      given.add(name);
      return name;
    }
  };
}

function shortened(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
