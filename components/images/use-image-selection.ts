"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { toast } from "sonner";
import { group } from "../history/run-words";
import { PAGE_ROWS, pagesBetween } from "./page-window";
import { type ImageListing, type ImagePage, imageKeys, imagePageOptions, type Place } from "./queries";
import {
  type ImageName,
  isSelected,
  NOTHING,
  orderedRange,
  SELECTION_NAMES_MAX,
  type Selection,
  selectFilter,
  toggleImage,
  withImages,
} from "./selection";

/** Where a range begins, what was selected then, and whether it selects or takes out. */
type Anchor = { index: number; base: Selection; isOn: boolean };

const PAGES_AT_ONCE = 4;

/** The selection of a list: by click, range, keyboard, or all of the filter. A range may lead over rows that were not read yet. */
export function useImageSelection(place: Place, listing: ImageListing) {
  const queryClient = useQueryClient();
  const [selection, setSelection] = useState<Selection>(NOTHING);
  const [isReading, setIsReading] = useState(false);
  const anchor = useRef<Anchor | null>(null);
  const filterKey = JSON.stringify(listing.filter);
  const [selectedIn, setSelectedIn] = useState(filterKey);
  if (selectedIn !== filterKey) {
    // "All of the filter" means the one that was shown; rows that were picked stay picked.
    setSelectedIn(filterKey);
    if (selection.kind === "filter") setSelection(NOTHING);
  }

  const pageOf = (index: number) => queryClient.getQueryData<ImagePage>(imageKeys.page(place, listing, index))?.items;

  async function readPages(indexes: readonly number[]): Promise<void> {
    const pending = indexes.filter((index) => pageOf(index) === undefined);
    const work = async () => {
      for (let index = pending.shift(); index !== undefined; index = pending.shift()) {
        await queryClient.fetchQuery(imagePageOptions(queryClient, place, listing, index));
      }
    };
    await Promise.all(Array.from({ length: PAGES_AT_ONCE }, work));
  }

  function imagesBetween(from: number, to: number): ImageName[] {
    return pagesBetween(from, to).flatMap((page) =>
      (pageOf(page) ?? []).filter((_, at) => page * PAGE_ROWS + at >= from && page * PAGE_ROWS + at <= to),
    );
  }

  return {
    selection,
    /** rows of a range are being read */
    isReading,
    clear: () => {
      anchor.current = null;
      setSelection(NOTHING);
    },
    selectAll: () => {
      anchor.current = null;
      setSelection(selectFilter(listing.filter));
    },
    toggle: (image: ImageName, index: number) => {
      const next = toggleImage(selection, image);
      anchor.current = { index, base: next, isOn: isSelected(next, image) };
      setSelection(next);
    },
    /** Everything from where the last click was (or `from`) to this row. */
    selectTo: async (index: number, from: number) => {
      const start = anchor.current ?? { index: from, base: selection, isOn: true };
      anchor.current = start;
      const [first, last] = orderedRange(start.index, index);
      if (last - first >= SELECTION_NAMES_MAX) {
        toast.error(`A range may have at most ${group(SELECTION_NAMES_MAX)} images`, {
          description: "Filter the list and select all of the filter instead.",
        });
        return;
      }
      const pages = pagesBetween(first, last);
      if (pages.some((page) => pageOf(page) === undefined)) {
        setIsReading(true);
        try {
          await readPages(pages);
        } catch {
          toast.error("The images in between could not be loaded", { description: "Try again in a moment." });
          return;
        } finally {
          setIsReading(false);
        }
      }
      setSelection(withImages(start.base, imagesBetween(first, last), start.isOn));
    },
  };
}

export type ImageSelecting = ReturnType<typeof useImageSelection>;
