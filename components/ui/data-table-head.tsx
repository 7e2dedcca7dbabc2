"use client";

import { ArrowDown, ArrowUp, ChevronsUpDown } from "lucide-react";
import { cn } from "@/lib/cn";
import { Checkbox } from "./checkbox";
import type { Column, Sort } from "./data-table-columns";

export type SelectAll = { checked: boolean | "indeterminate"; disabled: boolean; toggle: () => void };

/** The heading row: sticks to the top, sorts. In a stacked table what is left of it is the sort line. */
export function DataTableHead<Row>({
  columns,
  sort,
  onSortChange,
  isVirtual,
  all,
}: {
  columns: readonly Column<Row>[];
  sort: Sort | undefined;
  onSortChange: ((sort: Sort) => void) | undefined;
  isVirtual: boolean;
  all: SelectAll | undefined;
}) {
  const headStyles = cn(
    "sticky z-10 h-8 bg-canvas p-0 text-left align-middle font-medium text-sm text-subtle shadow-[inset_0_-1px_0_var(--rule-strong)]",
    isVirtual ? "top-0" : "top-(--shell-top,0px) medium:top-0",
    "narrow:static narrow:block narrow:h-auto narrow:shadow-none",
  );
  return (
    <thead className="narrow:block narrow:border-rule-strong narrow:border-b narrow:pb-1.5">
      <tr className="narrow:flex narrow:flex-wrap narrow:items-center narrow:gap-x-4 narrow:gap-y-1">
        {all ? (
          <th scope="col" className={cn(headStyles, "pl-2 narrow:pl-0")}>
            <Checkbox
              aria-label="Select all"
              checked={all.checked}
              disabled={all.disabled}
              onCheckedChange={all.toggle}
            />
          </th>
        ) : null}
        {columns.map((column) => {
          const direction = sort?.columnId === column.id ? sort.direction : undefined;
          const canSort = column.sortable === true && onSortChange !== undefined;
          return (
            <th
              key={column.id}
              scope="col"
              aria-sort={canSort ? (direction ?? "none") : undefined}
              className={cn(
                headStyles,
                "px-2",
                column.align === "end" && "text-right",
                !canSort && "narrow:sr-only",
                canSort && "narrow:px-0",
              )}
            >
              {canSort ? (
                <button
                  type="button"
                  onClick={() => onSortChange({ columnId: column.id, direction: nextDirection(column, direction) })}
                  className={cn(
                    "group inline-flex h-6 max-w-full items-center gap-1 rounded-sm hover:text-ink",
                    direction && "text-ink",
                    column.align === "end" && "flex-row-reverse narrow:flex-row",
                  )}
                >
                  <span className="truncate">{column.header}</span>
                  <SortMark direction={direction} />
                </button>
              ) : (
                <span className={cn("block truncate", column.hideHeader && "sr-only")}>{column.header}</span>
              )}
            </th>
          );
        })}
      </tr>
    </thead>
  );
}

function nextDirection<Row>(column: Column<Row>, current: Sort["direction"] | undefined): Sort["direction"] {
  if (current === undefined) return column.firstDirection ?? "ascending";
  return current === "ascending" ? "descending" : "ascending";
}

function SortMark({ direction }: { direction: Sort["direction"] | undefined }) {
  if (direction === "ascending") return <ArrowUp className="size-3 shrink-0" aria-hidden="true" />;
  if (direction === "descending") return <ArrowDown className="size-3 shrink-0" aria-hidden="true" />;
  return (
    <ChevronsUpDown
      className="size-3 shrink-0 opacity-0 group-hover:opacity-100 group-focus-visible:opacity-100 narrow:opacity-60"
      aria-hidden="true"
    />
  );
}
