import { type CompiledRule, evaluateRule, type RuleOutcome } from "./evaluate-rule";
import { DAY_MS, type FactsFrame } from "./facts";
import type { NameMiss, NameTester } from "./name-tester";
import type { Unit } from "./unit";
import { countOf } from "./words";
import type { WrittenRule } from "./written-rule";

/** Something that a rule does not take though whoever writes it may think so. */
export interface NearMiss {
  repositoryName: string;
  tag: string | null;
  code: NameMiss["code"] | "state" | "kind" | "due_soon";
  why: string;
  path: string | null;
}

const MISSES_MAX = 12;
const OF_ONE_KIND_MAX = 3;
/** One untagged image says it of all. */
const OF_ONE_STATE_MAX = 1;
const SOON_DAYS = 7;
/** Names that are looked at for misses: whoever types waits. */
const LOOKS_MAX = 2_000;

interface Trial {
  written: WrittenRule;
  names: NameTester;
  tags: NameTester;
  compiled: CompiledRule;
  frame: FactsFrame;
}

/** Collects near misses, few of each kind, from one repository after the other. */
export function findMisses(trial: Trial): {
  look(repositoryName: string, units: readonly Unit[], outcomes: ReadonlyMap<number, RuleOutcome>): void;
  found(): NearMiss[];
} {
  const byCode = new Map<NearMiss["code"], NearMiss[]>();
  let looks = 0;
  const isFull = (code: NearMiss["code"]) =>
    (byCode.get(code)?.length ?? 0) >= (code === "state" ? OF_ONE_STATE_MAX : OF_ONE_KIND_MAX);
  const note = (miss: NearMiss) => {
    if (!isFull(miss.code)) byCode.set(miss.code, [...(byCode.get(miss.code) ?? []), miss]);
  };
  return {
    look(repositoryName, units, outcomes) {
      if (!trial.names.test(repositoryName)) {
        const miss = looks++ < LOOKS_MAX ? trial.names.missOf(repositoryName) : null;
        if (miss !== null) note({ repositoryName, tag: null, ...miss });
        return;
      }
      units.forEach((unit, at) => {
        if (looks >= LOOKS_MAX || outcomes.has(at)) return;
        for (const miss of missesOf(unit, trial, () => looks++)) note({ repositoryName, ...miss });
      });
      if (!isFull("due_soon")) for (const miss of dueSoon(units, outcomes, trial)) note({ repositoryName, ...miss });
    },
    found: () => [...byCode.values()].flat().slice(0, MISSES_MAX),
  };
}

type Miss = Omit<NearMiss, "repositoryName">;

function missesOf(unit: Unit, { written, tags }: Trial, look: () => void): Miss[] {
  const { state, kinds } = written.definition.select;
  if (unit.tags.length === 0) {
    if (!unit.isUntagged || state !== "tagged") return [];
    return [{ tag: null, code: "state", why: "untagged: only tagged images are meant", path: "select.state" }];
  }
  const { kind } = unit.artifact;
  const taken = unit.tags.find((tag) => tags.test(tag.name));
  if (taken === undefined) {
    return unit.tags.flatMap((tag) => {
      look();
      const miss = tags.missOf(tag.name);
      return miss === null ? [] : [{ tag: tag.name, ...miss }];
    });
  }
  if (kinds !== "any" && kinds !== (kind === "index" ? "image" : kind)) {
    const meant = { image: "images", chart: "charts", other: "other artifacts" }[kinds];
    const what = {
      image: "an image",
      index: "an image",
      chart: "a chart",
      other: "no image",
      unknown: "of unknown kind",
    };
    return [
      { tag: taken.name, code: "kind", why: `it is ${what[kind]}: only ${meant} are meant`, path: "select.kinds" },
    ];
  }
  if (state === "untagged") {
    return [
      { tag: taken.name, code: "state", why: "it has a tag: only untagged images are meant", path: "select.state" },
    ];
  }
  return [];
}

/** What only its age keeps, for a few days more. */
function dueSoon(
  units: readonly Unit[],
  outcomes: ReadonlyMap<number, RuleOutcome>,
  { written, compiled, frame }: Trial,
): Miss[] {
  const close = [...outcomes].flatMap(([at, outcome]) => {
    const left = outcome.holds === false ? daysLeft(outcome) : null;
    return left === null ? [] : [{ at, left }];
  });
  if (close.length === 0 || written.definition.effect !== "reclaim") return [];
  const positions = units.map((_, at) => at);
  const soon = { ...frame, nowMs: frame.nowMs + SOON_DAYS * DAY_MS };
  const later = evaluateRule(compiled, units, positions, soon);
  return close
    .filter(({ at }) => later.get(at)?.holds === true)
    .map(({ at, left }) => ({
      tag: outcomes.get(at)?.tags[0] ?? null,
      code: "due_soon" as const,
      why: left === 0 ? "holds within a day" : `holds in ${countOf(left, "day", "days")}`,
      path: null,
    }));
}

function daysLeft({ because }: RuleOutcome): number | null {
  const left = because.flatMap((fact) => (fact.kind === "within" ? [fact.days - fact.measuredDays] : []));
  const most = Math.max(...left);
  return left.length > 0 && most <= SOON_DAYS ? most : null;
}
