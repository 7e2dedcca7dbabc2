import { parseAsString, parseAsStringLiteral } from "nuqs";
import { RUN_ITEM_SORTS, type RunItemFilterDto, type RunItemSort } from "@/contracts/run-items";
import { parseAsText, parseAsWhole } from "../images/filter-url";
import type { Sort } from "../ui/data-table-columns";

const SHOWN = ["all", "going", "tags-only", "kept", "left-out", "skipped", "failed"] as const;
export type Shown = (typeof SHOWN)[number];

const DAYS_MAX = 36_500;

/** Filter and order of a run's table as they stand in the address: a table is a link. */
export const itemViewParsers = {
  show: parseAsStringLiteral(SHOWN).withDefault("all"),
  q: parseAsString.withDefault(""),
  rule: parseAsText(100),
  reason: parseAsText(40),
  kind: parseAsText(40),
  repository: parseAsText(300),
  minBytes: parseAsWhole(Number.MAX_SAFE_INTEGER),
  maxBytes: parseAsWhole(Number.MAX_SAFE_INTEGER),
  olderThanDays: parseAsWhole(DAYS_MAX),
  youngerThanDays: parseAsWhole(DAYS_MAX),
  sort: parseAsStringLiteral(RUN_ITEM_SORTS).withDefault("plan"),
  order: parseAsStringLiteral(["asc", "desc"]).withDefault("asc"),
};

export type ItemView = {
  show: Shown;
  q: string;
  rule: string | null;
  reason: string | null;
  kind: string | null;
  repository: string | null;
  minBytes: number | null;
  maxBytes: number | null;
  olderThanDays: number | null;
  youngerThanDays: number | null;
  sort: RunItemSort;
  order: "asc" | "desc";
};
export type ItemViewPatch = Partial<{ [Key in keyof ItemView]: ItemView[Key] | null }>;
/** What the panel filters by; the rest has controls of its own in sight. */
export type PanelKey = Exclude<keyof ItemView, "show" | "q" | "sort" | "order">;

const SHOWN_FILTER: Record<Shown, RunItemFilterDto> = {
  all: {},
  going: { action: "going" },
  "tags-only": { action: "untag" },
  kept: { action: "keep" },
  "left-out": { state: "left_out" },
  skipped: { state: "skipped_stale" },
  failed: { state: "failed" },
};

/** What a view asks the server for; what does not filter is left out, so that equal questions are one in the cache. */
export function filterOfView(view: ItemView, search: string = view.q): RunItemFilterDto {
  const text = search.trim();
  return {
    ...SHOWN_FILTER[view.show],
    ...(text === "" ? {} : { search: text }),
    ...(view.rule === null ? {} : { ruleId: view.rule }),
    // A reason is one word; another in the address would be refused as a whole.
    ...(view.reason !== null && /^[a-z_]+$/.test(view.reason) ? { reason: view.reason } : {}),
    ...(view.kind === null ? {} : { kind: view.kind }),
    ...(view.repository === null ? {} : { repository: view.repository }),
    ...(view.minBytes === null ? {} : { minBytes: view.minBytes }),
    ...(view.maxBytes === null ? {} : { maxBytes: view.maxBytes }),
    ...(view.olderThanDays === null ? {} : { olderThanDays: view.olderThanDays }),
    ...(view.youngerThanDays === null ? {} : { youngerThanDays: view.youngerThanDays }),
  };
}

/** The order of a view for the server; the plan's own is said by leaving it out. */
export function orderOfView({ sort, order }: ItemView): { sort?: RunItemSort; order?: "asc" | "desc" } {
  return { ...(sort === "plan" ? {} : { sort }), ...(order === "asc" ? {} : { order }) };
}

/** The order as the table's heading shows it; none is marked while it is the plan's. */
export function sortOfView({ sort, order }: ItemView): Sort | undefined {
  return sort === "plan" ? undefined : { columnId: sort, direction: order === "asc" ? "ascending" : "descending" };
}

/** What a click on a heading asks for; the second click after the first direction goes back to the order of the plan. */
export function patchOfSort(view: ItemView, next: Sort, first: Sort["direction"]): ItemViewPatch {
  const isThird = view.sort === next.columnId && next.direction === first;
  const sort = RUN_ITEM_SORTS.find((name) => name === next.columnId);
  if (isThird || sort === undefined) return { sort: null, order: null };
  return { sort, order: next.direction === "descending" ? "desc" : null };
}

/** Whether anything but the order is chosen. */
export function isFiltered(view: ItemView): boolean {
  return Object.keys(filterOfView(view)).length > 0;
}
