import type { ImageFilterDto } from "@/contracts/images";
import { formatBytes } from "@/lib/bytes";
import type { FilterKey, ImageView, ViewPatch } from "./filter-url";

export const KIND_WORDS: Record<NonNullable<ImageFilterDto["kind"]>, string> = {
  image: "one-platform images",
  index: "multi-platform images",
  chart: "Helm charts",
  other: "other artifacts",
  unknown: "unknown types",
};

export const HEALTH_WORDS: Record<NonNullable<ImageFilterDto["health"]>, string> = {
  whole: "whole",
  broken: "broken",
  partial: "some platforms missing",
  ghost: "all platforms missing",
  unreadable: "unreadable",
};

const days = (count: number) => (count === 1 ? "1 day" : `${count.toLocaleString("en-US")} days`);

const WORDS: { [Key in FilterKey]: (filter: ImageFilterDto) => string | null } = {
  repository: ({ repository }) => (repository === undefined ? null : `in ${repository}`),
  q: ({ search }) => (search === undefined ? null : `“${search}” in name, tag or digest`),
  tag: ({ tag }) => (tag === undefined ? null : `tag matches ${tag}`),
  state: ({ state }) => (state === "any" ? null : state),
  kind: ({ kind }) => (kind === undefined ? null : KIND_WORDS[kind]),
  health: ({ health }) => (health === undefined ? null : HEALTH_WORDS[health]),
  olderThanDays: ({ olderThanDays }) =>
    olderThanDays === undefined ? null : `pushed more than ${days(olderThanDays)} ago`,
  youngerThanDays: ({ youngerThanDays }) =>
    youngerThanDays === undefined ? null : `pushed in the last ${days(youngerThanDays)}`,
  idleDays: ({ idleDays }) => (idleDays === undefined ? null : `neither pulled nor pushed for ${days(idleDays)}`),
  pulled: ({ pulled }) => (pulled === undefined ? null : pulled === "never" ? "never pulled" : "pulled at least once"),
  minBytes: ({ minBytes }) => (minBytes === undefined ? null : `${formatBytes(minBytes)} or larger`),
  maxBytes: ({ maxBytes }) => (maxBytes === undefined ? null : `${formatBytes(maxBytes)} or smaller`),
  platform: ({ platform }) => (platform === undefined ? null : `for ${platform}`),
  pinned: ({ pinned }) => (pinned === undefined ? null : pinned === "yes" ? "pinned" : "not pinned"),
};

/** Each part of a filter in words, with the key that takes it away. */
export function filterParts(filter: ImageFilterDto): { key: FilterKey; text: string }[] {
  return (Object.keys(WORDS) as FilterKey[]).flatMap((key) => {
    const text = WORDS[key](filter);
    return text === null ? [] : [{ key, text }];
  });
}

const GIB = 1024 ** 3;

/** What people ask for most; one click sets it, the next takes it away. */
export const QUICK_FILTERS: readonly {
  label: string;
  key: FilterKey;
  on: ViewPatch;
  isOn: (view: ImageView) => boolean;
}[] = [
  { label: "Untagged", key: "state", on: { state: "untagged" }, isOn: ({ state }) => state === "untagged" },
  { label: "Never pulled", key: "pulled", on: { pulled: "never" }, isOn: ({ pulled }) => pulled === "never" },
  { label: "Broken", key: "health", on: { health: "broken" }, isOn: ({ health }) => health === "broken" },
  { label: "Larger than 1 GiB", key: "minBytes", on: { minBytes: GIB }, isOn: ({ minBytes }) => minBytes === GIB },
  { label: "Pinned", key: "pinned", on: { pinned: "yes" }, isOn: ({ pinned }) => pinned === "yes" },
];

/** Reads a size as people write it: "1.5 GiB", "200 mb", "4096". Units are binary. Null for anything else. */
export function parseSize(text: string): number | null {
  const match = /^\s*(\d+(?:[.,]\d+)?)\s*(?:([kmgt])i?)?b?\s*$/i.exec(text);
  if (!match) return null;
  const power = ["", "k", "m", "g", "t"].indexOf(match[2]?.toLowerCase() ?? "");
  const bytes = Math.round(Number(match[1]?.replace(",", ".")) * 1024 ** power);
  return Number.isSafeInteger(bytes) ? bytes : null;
}
