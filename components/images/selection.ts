import type { ImageFilterDto, ImageSelection } from "@/contracts/images";

/** What names an image: enough to select it, and to find it again. */
export type ImageName = { repositoryName: string; digest: string };

/**
 * What is selected: rows by name, or everything that a filter finds but for some. The second is no list: it holds for images that
 * nobody has scrolled to, and for those that come later.
 */
export type Selection =
  | { kind: "rows"; rows: ReadonlyMap<string, ImageName> }
  | { kind: "filter"; filter: ImageFilterDto; except: ReadonlyMap<string, ImageName> };

/** As many names as one request takes (`contracts/images.ts`). */
export const SELECTION_NAMES_MAX = 10_000;

export const NOTHING: Selection = { kind: "rows", rows: new Map() };

/** The key of an image among others of its space. */
export function imageKey(image: ImageName): string {
  return `${image.repositoryName}@${image.digest}`;
}

/** Everything that a filter finds. */
export function selectFilter(filter: ImageFilterDto): Selection {
  return { kind: "filter", filter, except: new Map() };
}

export function isSelected(selection: Selection, image: ImageName): boolean {
  const key = imageKey(image);
  return selection.kind === "rows" ? selection.rows.has(key) : !selection.except.has(key);
}

/** The selection with these images selected, or taken out of it. */
export function withImages(selection: Selection, images: Iterable<ImageName>, isOn: boolean): Selection {
  const isNamed = selection.kind === "rows" ? isOn : !isOn;
  const named = new Map(selection.kind === "rows" ? selection.rows : selection.except);
  for (const { repositoryName, digest } of images) {
    const key = imageKey({ repositoryName, digest });
    if (isNamed) named.set(key, { repositoryName, digest });
    else named.delete(key);
  }
  return selection.kind === "rows" ? { kind: "rows", rows: named } : { ...selection, except: named };
}

/** The selection with one image the other way round. */
export function toggleImage(selection: Selection, image: ImageName): Selection {
  return withImages(selection, [image], !isSelected(selection, image));
}

/** How many images are selected; of a filter as far as its `total` is known. */
export function selectedCount(selection: Selection, total: number): number {
  return selection.kind === "rows" ? selection.rows.size : Math.max(0, total - selection.except.size);
}

function isEmptySelection(selection: Selection, total: number): boolean {
  return selectedCount(selection, total) === 0;
}

/** How the checkbox over the list stands: all of the filter, some, or none. */
export function headerState(selection: Selection, total: number): boolean | "indeterminate" {
  if (isEmptySelection(selection, total)) return false;
  return selection.kind === "filter" && selection.except.size === 0 ? true : "indeterminate";
}

/** More names than a request takes: then only a filter can say what is meant. */
export function isTooLong(selection: Selection): boolean {
  return (selection.kind === "rows" ? selection.rows : selection.except).size > SELECTION_NAMES_MAX;
}

/** As the API takes it; null for nothing, and for more names than it takes. */
export function toImageSelection(selection: Selection): ImageSelection | null {
  if (isTooLong(selection)) return null;
  if (selection.kind === "filter") return { filter: selection.filter, except: [...selection.except.values()] };
  return selection.rows.size === 0 ? null : { images: [...selection.rows.values()] };
}

/** First and last position of a range, whichever way it was drawn. */
export function orderedRange(from: number, to: number): [number, number] {
  return from < to ? [from, to] : [to, from];
}
