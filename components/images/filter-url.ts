import { createParser, parseAsString, parseAsStringLiteral } from "nuqs";
import { IMAGE_HEALTHS, IMAGE_KINDS, IMAGE_SORTS, type ImageFilterDto } from "@/contracts/images";

const DAYS_MAX = 36_500;
const TEXT_MAX = 200;
const NAME_MAX = 300;

/** A whole number of a range; anything else in the address counts as not there, as the API would refuse all of it. */
export const parseAsWhole = (max: number) =>
  createParser({
    parse: (text) => {
      const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
      return value <= max ? value : null;
    },
    serialize: String,
  });

/** A text that the API would take; a longer one is cut. */
export const parseAsText = (max: number) =>
  createParser({ parse: (text) => text.slice(0, max) || null, serialize: (text: string) => text.slice(0, max) });

export const PULLED = ["ever", "never"] as const;
export const PINNED = ["yes", "no"] as const;
export const STATES = ["any", "tagged", "untagged"] as const;
export const HEALTHS = [...IMAGE_HEALTHS, "broken"] as const;
const ORDERS = ["asc", "desc"] as const;

/** The filter, sort and view of the list as they stand in the address: a filter is a link. */
export const imageViewParsers = {
  view: parseAsStringLiteral(["images", "repositories"]).withDefault("images"),
  repository: parseAsText(NAME_MAX),
  q: parseAsString.withDefault(""),
  tag: parseAsText(TEXT_MAX),
  state: parseAsStringLiteral(STATES).withDefault("any"),
  kind: parseAsStringLiteral(IMAGE_KINDS),
  health: parseAsStringLiteral(HEALTHS),
  olderThanDays: parseAsWhole(DAYS_MAX),
  youngerThanDays: parseAsWhole(DAYS_MAX),
  idleDays: parseAsWhole(DAYS_MAX),
  pulled: parseAsStringLiteral(PULLED),
  minBytes: parseAsWhole(Number.MAX_SAFE_INTEGER),
  maxBytes: parseAsWhole(Number.MAX_SAFE_INTEGER),
  platform: parseAsText(100),
  pinned: parseAsStringLiteral(PINNED),
  sort: parseAsStringLiteral(IMAGE_SORTS).withDefault("pushed"),
  order: parseAsStringLiteral(ORDERS),
};

export type ImageView = {
  view: "images" | "repositories";
  repository: string | null;
  q: string;
  tag: string | null;
  state: (typeof STATES)[number];
  kind: (typeof IMAGE_KINDS)[number] | null;
  health: (typeof HEALTHS)[number] | null;
  olderThanDays: number | null;
  youngerThanDays: number | null;
  idleDays: number | null;
  pulled: (typeof PULLED)[number] | null;
  minBytes: number | null;
  maxBytes: number | null;
  platform: string | null;
  pinned: (typeof PINNED)[number] | null;
  sort: (typeof IMAGE_SORTS)[number];
  order: (typeof ORDERS)[number] | null;
};
export type FilterKey = Exclude<keyof ImageView, "view" | "sort" | "order">;
export type ViewPatch = Partial<{ [Key in keyof ImageView]: ImageView[Key] | null }>;

/** The address without any filter; sort and view stay. */
export const NO_FILTER: { [Key in FilterKey]: null } = {
  repository: null,
  q: null,
  tag: null,
  state: null,
  kind: null,
  health: null,
  olderThanDays: null,
  youngerThanDays: null,
  idleDays: null,
  pulled: null,
  minBytes: null,
  maxBytes: null,
  platform: null,
  pinned: null,
};

/** What the address asks for, as the API takes it; parts that are not set are left out. */
export function filterOfView(view: ImageView): ImageFilterDto {
  const search = view.q.trim().slice(0, TEXT_MAX);
  const { repository, tag, kind, health, olderThanDays, youngerThanDays, idleDays, pulled, platform, pinned } = view;
  const parts = { repository, tag, kind, health, olderThanDays, youngerThanDays, idleDays, pulled, platform, pinned };
  const { minBytes, maxBytes } = view;
  const set = Object.entries({ ...parts, minBytes, maxBytes }).filter(([, value]) => value !== null);
  return { ...(Object.fromEntries(set) as Partial<ImageFilterDto>), state: view.state, ...(search ? { search } : {}) };
}

/** Whether anything is filtered at all. */
export function isFiltered(filter: ImageFilterDto): boolean {
  return filter.state !== "any" || Object.keys(filter).length > 1;
}

/** The direction of a list: as asked for, or what the sort starts with. */
export function orderOf(view: Pick<ImageView, "sort" | "order">): "asc" | "desc" {
  return view.order ?? (view.sort === "name" ? "asc" : "desc");
}

/** What a click on a column does: sort by it, or turn it round. */
export function sortBy(view: Pick<ImageView, "sort" | "order">, sort: ImageView["sort"]): ViewPatch {
  if (view.sort !== sort) return { sort, order: null };
  const turned = orderOf(view) === "asc" ? "desc" : "asc";
  return { sort, order: turned === orderOf({ sort, order: null }) ? null : turned };
}
