/* biome-ignore-all lint/a11y/useSemanticElements: rows are placed by themselves, which a table cannot do */
/* biome-ignore-all lint/a11y/useFocusableInteractive: one row at a time is in the tab order, its cells never */
"use client";

import { ArrowDown, ArrowUp, ChevronsUpDown } from "lucide-react";
import { cn } from "@/lib/cn";
import { count as counted, group } from "../history/run-words";
import { Checkbox } from "../ui/checkbox";
import { Tooltip } from "../ui/tooltip";
import { isFiltered } from "./filter-url";
import { columnStyles } from "./image-row";
import type { ImageListing } from "./queries";
import { headerState } from "./selection";
import type { ImageSelecting } from "./use-image-selection";

const WHOLE = {
  size: "What a pull transfers, as stored (compressed). Below it what goes if this image alone goes: layers that other images share stay.",
  pulled:
    "The latest pull of the image or one of its platforms. Scanners, mirrors and the console itself are left out.",
} as const;

/** Heading of the list: selects everything that the filter finds, and sorts. */
export function ImageListHead({
  listing,
  count,
  selecting,
  onSort,
}: {
  listing: ImageListing;
  count: { count: number; isCapped: boolean };
  selecting: ImageSelecting;
  onSort: (sort: ImageListing["sort"]) => void;
}) {
  const state = headerState(selecting.selection, count.count);
  const total = count.isCapped ? `more than ${group(count.count)} images` : counted(count.count, "image");
  const scope = isFiltered(listing.filter) ? "of this filter" : "of this space";
  const sortable = { listing, onSort };
  return (
    <div
      role="rowgroup"
      className="sticky top-(--shell-top,0px) z-10 bg-canvas shadow-[inset_0_-1px_0_var(--rule-strong)]"
    >
      <div
        role="row"
        aria-rowindex={1}
        className={cn(columnStyles, "h-8 px-1 text-sm text-subtle narrow:h-10 narrow:items-center narrow:px-0")}
      >
        <span role="columnheader" className="flex justify-center">
          <Checkbox
            aria-label={`Select all ${total} ${scope}`}
            checked={state}
            disabled={count.count === 0}
            onCheckedChange={() => (state === true ? selecting.clear() : selecting.selectAll())}
          />
        </span>
        <span role="columnheader" className="narrow:hidden">
          <span className="sr-only">Details</span>
        </span>
        <SortHead {...sortable} sort="name" label="Image" />
        <SortHead
          {...sortable}
          sort="size"
          label="Size"
          tooltip={WHOLE.size}
          className="justify-end text-right narrow:hidden"
        />
        <SortHead {...sortable} sort="pushed" label="Pushed" className="narrow:hidden" />
        <SortHead {...sortable} sort="pulled" label="Last pull" tooltip={WHOLE.pulled} className="medium:hidden" />
        <span role="columnheader" className="narrow:hidden">
          <span className="sr-only">Actions</span>
        </span>
      </div>
    </div>
  );
}

function SortHead({
  listing,
  sort,
  label,
  tooltip,
  className,
  onSort,
}: {
  listing: ImageListing;
  sort: ImageListing["sort"];
  label: string;
  tooltip?: string;
  className?: string;
  onSort: (sort: ImageListing["sort"]) => void;
}) {
  const isSorted = listing.sort === sort;
  const Arrow = isSorted ? (listing.order === "asc" ? ArrowUp : ArrowDown) : ChevronsUpDown;
  const button = (
    <button
      type="button"
      onClick={() => onSort(sort)}
      className={cn(
        "group inline-flex h-6 items-center gap-1 rounded-sm font-medium hover:text-ink",
        isSorted && "text-ink",
        tooltip && "underline decoration-dotted underline-offset-3",
      )}
    >
      {label}
      <Arrow
        className={cn(
          "size-3 shrink-0",
          !isSorted && "opacity-0 group-hover:opacity-100 group-focus-visible:opacity-100",
        )}
        aria-hidden="true"
      />
    </button>
  );
  return (
    <span
      role="columnheader"
      aria-sort={isSorted ? (listing.order === "asc" ? "ascending" : "descending") : "none"}
      className={cn("flex min-w-0", className)}
    >
      {tooltip ? <Tooltip content={tooltip}>{button}</Tooltip> : button}
    </span>
  );
}
