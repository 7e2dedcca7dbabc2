"use client";

import type { KeyboardEvent, MouseEvent } from "react";
import { cn } from "@/lib/cn";
import { Checkbox } from "./checkbox";
import type { Column } from "./data-table-columns";
import { Skeleton } from "./skeleton";

// Stacked: the title on its own line, then name-and-value pairs that flow; buttons stay at the top right.
const rowStyles = cn(
  "border-rule border-b",
  "narrow:relative narrow:flex narrow:flex-wrap narrow:items-baseline narrow:gap-x-4 narrow:gap-y-1 narrow:px-2 narrow:py-2.5",
);

function cellStyles<Row>(column: Column<Row>): string {
  const priority = column.priority ?? 2;
  return cn(
    "h-9 px-2 align-middle",
    column.wrap ? "py-1.5 [overflow-wrap:anywhere]" : "truncate",
    column.align === "end" && "text-right tabular-nums",
    "narrow:block narrow:h-auto narrow:max-w-full narrow:p-0 narrow:text-left",
    priority === 1 &&
      "narrow:basis-full narrow:whitespace-normal narrow:pr-10 narrow:font-medium narrow:[overflow-wrap:anywhere]",
    priority === 2 &&
      !column.hideHeader &&
      "narrow:flex narrow:min-w-0 narrow:items-baseline narrow:gap-1.5 narrow:whitespace-normal narrow:[overflow-wrap:anywhere]",
    priority === 2 && column.hideHeader && "narrow:absolute narrow:top-1.5 narrow:right-0",
    priority === 3 && "narrow:hidden",
  );
}

/** The column's name before its value, only where rows are stacked; the heading says it everywhere else. */
function StackedLabel<Row>({ column }: { column: Column<Row> }) {
  if ((column.priority ?? 2) !== 2 || column.hideHeader) return null;
  return (
    <span aria-hidden="true" className="hidden shrink-0 text-sm text-subtle narrow:inline">
      {column.header}
    </span>
  );
}

export type DataTableRowProps<Row> = {
  row: Row;
  index: number;
  columns: readonly Column<Row>[];
  label: string;
  isVirtual: boolean;
  isInteractive: boolean;
  isTabStop: boolean;
  selection: { isSelected: boolean; isSelectable: boolean } | undefined;
  onSelect: (extend: boolean) => void;
  onActivate: (() => void) | undefined;
  onMove: (to: -1 | 1 | "first" | "last") => void;
  onSelectAll: (() => void) | undefined;
  onFocus: () => void;
  measure: ((element: HTMLElement | null) => void) | undefined;
};

/** One row; with selection or activation it takes part in the table's keyboard: arrows, Home, End, Space, Shift+Space, Enter, Ctrl+A. */
export function DataTableRow<Row>(props: DataTableRowProps<Row>) {
  const { row, index, columns, selection, isInteractive } = props;

  const handleKey = (event: KeyboardEvent<HTMLTableRowElement>) => {
    // Keys inside a link, button or checkbox of the row belong to it.
    if (event.target !== event.currentTarget) return;
    const action = keyAction(event, props);
    if (!action) return;
    event.preventDefault();
    action();
  };

  const handleClick = (event: MouseEvent<HTMLTableRowElement>) => {
    if (isOwnControl(event)) return;
    if (event.shiftKey && selection) props.onSelect(true);
    else if ((event.metaKey || event.ctrlKey) && selection) props.onSelect(false);
    else props.onActivate?.();
  };

  return (
    <tr
      ref={props.measure}
      data-index={index}
      data-row-index={index}
      aria-rowindex={props.isVirtual ? index + 2 : undefined}
      aria-selected={selection ? selection.isSelected : undefined}
      tabIndex={isInteractive ? (props.isTabStop ? 0 : -1) : undefined}
      onKeyDown={isInteractive ? handleKey : undefined}
      onClick={isInteractive ? handleClick : undefined}
      onMouseDown={(event) => {
        // Shift+click would mark text.
        if (event.shiftKey && selection) event.preventDefault();
      }}
      onFocus={isInteractive ? props.onFocus : undefined}
      className={cn(
        rowStyles,
        "focus-visible:-outline-offset-2",
        isInteractive && "hover:bg-hover",
        props.onActivate && "cursor-pointer",
        selection?.isSelected && "bg-selected hover:bg-selected",
        !props.isVirtual && "narrow:-mx-2",
        selection && "narrow:pl-9",
      )}
    >
      {selection ? (
        <td className="h-9 pl-2 align-middle narrow:absolute narrow:top-3 narrow:left-2 narrow:h-auto narrow:p-0">
          <span
            className="flex"
            onClickCapture={(event) => {
              if (!event.shiftKey) return;
              event.preventDefault();
              event.stopPropagation();
              props.onSelect(true);
            }}
          >
            <Checkbox
              aria-label={`Select ${props.label}`}
              checked={selection.isSelected}
              disabled={!selection.isSelectable}
              onCheckedChange={() => props.onSelect(false)}
            />
          </span>
        </td>
      ) : null}
      {columns.map((column) => (
        <td key={column.id} className={cellStyles(column)}>
          <StackedLabel column={column} />
          {column.cell(row)}
        </td>
      ))}
    </tr>
  );
}

function keyAction<Row>(event: KeyboardEvent, props: DataTableRowProps<Row>): (() => void) | undefined {
  switch (event.key) {
    case "ArrowDown":
    case "ArrowUp": {
      const step = event.key === "ArrowDown" ? 1 : -1;
      return () => props.onMove(step);
    }
    case "Home":
      return () => props.onMove("first");
    case "End":
      return () => props.onMove("last");
    case " ":
      return props.selection ? () => props.onSelect(event.shiftKey) : undefined;
    case "Enter":
      return props.onActivate;
    case "a":
      return event.metaKey || event.ctrlKey ? props.onSelectAll : undefined;
    default:
      return undefined;
  }
}

function isOwnControl(event: MouseEvent): boolean {
  return (
    event.target instanceof Element &&
    event.target.closest("a, button, input, label, [role=menuitem], [role=dialog]") !== null
  );
}

/** The place of a row that is still loading, from the same columns. */
export function SkeletonRow<Row>({
  columns,
  hasSelection,
  index,
}: {
  columns: readonly Column<Row>[];
  hasSelection: boolean;
  index: number;
}) {
  return (
    <tr className={rowStyles}>
      {hasSelection ? <td className="h-9 narrow:hidden" /> : null}
      {columns.map((column, position) => (
        <td key={column.id} className={cellStyles(column)}>
          {column.hideHeader ? null : (
            <Skeleton
              className={cn(
                SKELETON_WIDTHS[(index + position) % SKELETON_WIDTHS.length],
                column.align === "end" && "ml-auto narrow:ml-0",
              )}
            />
          )}
        </td>
      ))}
    </tr>
  );
}

const SKELETON_WIDTHS = ["w-3/5", "w-2/5", "w-1/2", "w-3/4"] as const;
