import { parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import { IMAGE_KINDS } from "@/contracts/images";
import { BIN_ENTRY_FILTER_STATES, BIN_SORTS, type BinFilterDto } from "@/contracts/recycle-bin";
import { formatBytes } from "@/lib/bytes";
import { parseAsText, parseAsWhole } from "../images/filter-url";
import type { BinOrder } from "./queries";

const parsers = {
  q: parseAsString.withDefault(""),
  space: parseAsText(100),
  repository: parseAsText(300),
  rule: parseAsText(100),
  run: parseAsText(100),
  actor: parseAsText(200),
  kind: parseAsStringLiteral(IMAGE_KINDS),
  state: parseAsStringLiteral(BIN_ENTRY_FILTER_STATES).withDefault("any"),
  olderThanDays: parseAsWhole(36_500),
  youngerThanDays: parseAsWhole(36_500),
  daysLeft: parseAsWhole(36_500),
  minBytes: parseAsWhole(Number.MAX_SAFE_INTEGER),
  maxBytes: parseAsWhole(Number.MAX_SAFE_INTEGER),
  sort: parseAsStringLiteral(BIN_SORTS).withDefault("recycled"),
  order: parseAsStringLiteral(["asc", "desc"]),
};

/** Filter and order of the bin as they stand in the address: a filter is a link. */
export function useBinView() {
  return useQueryStates(parsers, { history: "replace" });
}
export type BinView = ReturnType<typeof useBinView>[0];
export type BinViewPatch = Partial<BinView>;

/** What the view asks the API for. */
export function filterOf(view: BinView): BinFilterDto {
  const search = view.q.trim();
  const optional = <T>(key: string, value: T | null) => (value === null ? {} : { [key]: value });
  return {
    state: view.state,
    ...(search ? { search } : {}),
    ...optional("repository", view.repository),
    ...optional("ruleId", view.rule),
    ...optional("runId", view.run),
    ...optional("actor", view.actor),
    ...optional("kind", view.kind),
    ...optional("olderThanDays", view.olderThanDays),
    ...optional("youngerThanDays", view.youngerThanDays),
    ...optional("daysLeft", view.daysLeft),
    ...optional("minBytes", view.minBytes),
    ...optional("maxBytes", view.maxBytes),
  };
}

export function orderOf({ sort, order }: Pick<BinView, "sort" | "order">): BinOrder {
  return { sort, order: order ?? (sort === "recycled" || sort === "size" ? "desc" : "asc") };
}

export const isFiltered = (filter: BinFilterDto) => Object.keys(filter).length > 1 || filter.state !== "any";

const STATE_WORDS: Record<BinView["state"], string> = {
  any: "everything",
  held: "waiting in the bin",
  moving: "being restored or purged",
  stuck: "failed",
  damaged: "damaged",
  due: "purged within 3 days",
};
export const STATE_OPTIONS = BIN_ENTRY_FILTER_STATES.map((value) => ({
  value,
  label: STATE_WORDS[value].charAt(0).toUpperCase() + STATE_WORDS[value].slice(1),
}));

/** The parts of a filter in words, each with the key that clears it; the search has a control of its own. */
export function filterParts(
  view: BinView,
  labelOf: (facet: "space" | "rule", id: string) => string,
): { key: keyof BinView; text: string }[] {
  const parts: [keyof BinView, string | null][] = [
    ["space", view.space && `in ${labelOf("space", view.space)}`],
    ["repository", view.repository && `from ${view.repository}`],
    ["rule", view.rule && `taken by ${labelOf("rule", view.rule)}`],
    ["run", view.run && "of one run"],
    ["actor", view.actor && `moved by ${view.actor}`],
    ["kind", view.kind && `kind ${view.kind}`],
    ["state", view.state === "any" ? null : STATE_WORDS[view.state]],
    ["olderThanDays", view.olderThanDays === null ? null : `here for more than ${view.olderThanDays} days`],
    ["youngerThanDays", view.youngerThanDays === null ? null : `here for at most ${view.youngerThanDays} days`],
    ["daysLeft", view.daysLeft === null ? null : `at most ${view.daysLeft} days left`],
    ["minBytes", view.minBytes === null ? null : `at least ${formatBytes(view.minBytes)}`],
    ["maxBytes", view.maxBytes === null ? null : `at most ${formatBytes(view.maxBytes)}`],
  ];
  return parts.flatMap(([key, text]) => (text ? [{ key, text }] : []));
}
