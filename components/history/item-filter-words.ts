import type { RunDto } from "@/contracts/history";
import { formatBytes } from "@/lib/bytes";
import type { ItemView, PanelKey } from "./item-view";
import { count } from "./run-words";

/** What decided, by its code, short: the cell beside it says the whole. */
const REASON: Record<string, string> = {
  selected: "selected by a rule",
  selected_tags: "some tags selected",
  by_hand: "chosen by hand",
  by_hand_tags: "tags chosen by hand",
  goes_with: "goes with another image",
  no_rule: "no rule selects it",
  not_due: "not due yet",
  protected: "protected by a rule",
  pinned: "pinned",
  part_pinned: "a part of it is pinned",
  in_use: "in use",
  part_in_use: "a part of it is in use",
  exempt: "restored, and exempt from the rule",
  immutable_tag: "immutable tag",
  child_of: "part of a kept image",
  referrer_of: "belongs to a kept image",
  subject_of: "something kept belongs to it",
  subject_elsewhere: "belongs to another repository",
  several_owners: "belongs to several images",
  circular: "held in a circle",
  last_artifact: "last of its repository",
  grace: "grace period",
  push_unknown: "push time unknown",
  unknown_fact: "a fact is unknown",
  unknown_kind: "unknown type",
  unreadable: "cannot be read",
  unreadable_neighbour: "unreadable neighbour",
  missing_children: "parts are missing",
  not_chosen: "not chosen",
};

/** What decided, in a few words; a code without words of its own is shown as it is called. */
export function reasonWord(code: string): string {
  return REASON[code] ?? code.replaceAll("_", " ");
}

interface RuleOfRun {
  id: string;
  name: string;
  revision: number;
}

/** The rules that took part in a run, in the revisions that it was planned with. */
export function rulesOfRun(run: Pick<RunDto, "options">): RuleOfRun[] {
  const { rules } = run.options;
  if (!Array.isArray(rules)) return [];
  return rules.filter(
    (rule): rule is RuleOfRun =>
      typeof rule === "object" && rule !== null && typeof rule.id === "string" && typeof rule.name === "string",
  );
}

/** The names of the rules that a run was asked for; null where it was not asked for by rules. */
export function chosenRulesText(run: Pick<RunDto, "options">): string | null {
  const { ruleIds } = run.options;
  const chosen = rulesOfRun(run).filter(({ id }) => id === "draft" || (Array.isArray(ruleIds) && ruleIds.includes(id)));
  return chosen.length === 0 ? null : chosen.map(({ name }) => name).join(", ");
}

/** Each part of the panel's filter in words, with the key that takes it away. */
export function panelParts(view: ItemView, rules: readonly RuleOfRun[]): { key: PanelKey; text: string }[] {
  const { rule, reason, kind, repository, minBytes, maxBytes, olderThanDays, youngerThanDays } = view;
  const days = (value: number) => count(value, "day");
  const parts: { key: PanelKey; text: string | null }[] = [
    { key: "rule", text: rule && `rule ${rules.find((one) => one.id === rule)?.name ?? rule}` },
    { key: "reason", text: reason && reasonWord(reason) },
    { key: "kind", text: kind && kindWord(kind) },
    { key: "repository", text: repository && `in ${repository}` },
    { key: "minBytes", text: minBytes === null ? null : `${formatBytes(minBytes)} or larger` },
    { key: "maxBytes", text: maxBytes === null ? null : `${formatBytes(maxBytes)} or smaller` },
    { key: "olderThanDays", text: olderThanDays === null ? null : `older than ${days(olderThanDays)}` },
    { key: "youngerThanDays", text: youngerThanDays === null ? null : `at most ${days(youngerThanDays)} old` },
  ];
  return parts.flatMap(({ key, text }) => (text === null ? [] : [{ key, text }]));
}

const KIND: Record<string, string> = {
  image: "one platform",
  index: "several platforms",
  chart: "Helm chart",
  other: "other artifact",
  unknown: "unknown type",
};

export function kindWord(kind: string): string {
  return KIND[kind] ?? kind;
}
