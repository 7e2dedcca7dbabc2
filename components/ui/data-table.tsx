"use client";

import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useRef, useState } from "react";
import { cn } from "@/lib/cn";
import type { Column, RowSelection, Sort } from "./data-table-columns";
import { DataTableHead } from "./data-table-head";
import { DataTableRow, SkeletonRow } from "./data-table-row";
import { ErrorState, type ErrorStateProps } from "./error-state";
import { rangeBetween, toggled } from "./row-range";

/** From this many rows on only those in view are in the document. */
const VIRTUAL_FROM_ROWS = 200;
const ROW_HEIGHT_PX = 36;

export type DataTableProps<Row> = {
  /** Accessible name of the table. */
  label: string;
  columns: readonly Column<Row>[];
  /** Undefined while loading. */
  rows: readonly Row[] | undefined;
  rowKey: (row: Row) => string;
  /** What a row is called by assistive technology when it is selected; default: its key. */
  rowLabel?: (row: Row) => string;
  sort?: Sort | undefined;
  onSortChange?: ((sort: Sort) => void) | undefined;
  selection?: RowSelection<Row> | undefined;
  /** Enter on a row, or a click beside its links and buttons. */
  onRowActivate?: ((row: Row) => void) | undefined;
  error?: ErrorStateProps["problem"] | undefined;
  onRetry?: (() => void) | undefined;
  /** Shown instead of rows when there are none: an `EmptyState`. */
  empty: ReactNode;
  skeletonRows?: number;
  /** Height of the scrolling region of a long table; default 70 % of the window. */
  maxHeight?: string;
  className?: string;
};

/**
 * Rows of facts. Sorting is the caller's (URL state); selection has shift ranges, arrow keys, Space, Ctrl+A; above 200 rows only those in
 * view are rendered. Below 640 px a row becomes a stack, by the columns' `priority`; up to 1100 px the table scrolls in its own box.
 */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { label, columns, rows, rowKey, selection, empty, error, onRetry, className } = props;
  const boxRef = useRef<HTMLDivElement>(null);
  const [activeKey, setActiveKey] = useState<string>();
  const anchorKey = useRef<string>(undefined);
  const count = rows?.length ?? 0;
  const isVirtual = count > VIRTUAL_FROM_ROWS;
  const virtualizer = useVirtualizer({
    count: isVirtual ? count : 0,
    getScrollElement: () => boxRef.current,
    estimateSize: () => ROW_HEIGHT_PX,
    overscan: 12,
  });

  if (error && !rows) return <ErrorState problem={error} onRetry={onRetry} />;
  if (rows && rows.length === 0) return <div className={cn("border-rule border-y", className)}>{empty}</div>;

  const isInteractive = selection !== undefined || props.onRowActivate !== undefined;
  const keys = (rows ?? []).map(rowKey);
  const tabStop = activeKey !== undefined && keys.includes(activeKey) ? activeKey : keys[0];

  const select = (row: Row, extend: boolean) => {
    if (!selection || !rows) return;
    const key = rowKey(row);
    const isSelectable = (candidate: Row) => selection.isSelectable?.(candidate) ?? true;
    if (extend && anchorKey.current !== undefined) {
      const range = rangeBetween(keys, anchorKey.current, key);
      const selectable = new Set(rows.filter(isSelectable).map(rowKey));
      selection.onChange(new Set([...selection.selected, ...range.filter((each) => selectable.has(each))]));
    } else if (isSelectable(row)) {
      selection.onChange(toggled(selection.selected, key));
      anchorKey.current = key;
    }
    setActiveKey(key);
  };

  const focusRow = (index: number) => {
    const key = keys[index];
    if (key === undefined) return;
    setActiveKey(key);
    if (isVirtual) virtualizer.scrollToIndex(index, { align: "auto" });
    // The row may only be rendered after the scroll; one frame later it is.
    requestAnimationFrame(() => boxRef.current?.querySelector<HTMLElement>(`[data-row-index="${index}"]`)?.focus());
  };

  const renderRow = (row: Row, index: number, measure?: (element: HTMLElement | null) => void) => {
    const key = rowKey(row);
    return (
      <DataTableRow
        key={key}
        row={row}
        index={index}
        columns={columns}
        label={props.rowLabel?.(row) ?? key}
        isVirtual={isVirtual}
        isInteractive={isInteractive}
        isTabStop={key === tabStop}
        selection={
          selection
            ? { isSelected: selection.selected.has(key), isSelectable: selection.isSelectable?.(row) ?? true }
            : undefined
        }
        onSelect={(extend) => select(row, extend)}
        onActivate={props.onRowActivate ? () => props.onRowActivate?.(row) : undefined}
        onMove={(to) => focusRow(to === "first" ? 0 : to === "last" ? count - 1 : index + to)}
        onSelectAll={selection && rows ? () => selection.onChange(allSelectable(rows, selection, rowKey)) : undefined}
        onFocus={() => setActiveKey(key)}
        measure={measure}
      />
    );
  };

  const span = columns.length + (selection ? 1 : 0);
  const items = virtualizer.getVirtualItems();
  const before = items[0]?.start ?? 0;
  const after = virtualizer.getTotalSize() - (items.at(-1)?.end ?? 0);

  return (
    <div
      ref={boxRef}
      className={cn(
        "relative medium:overflow-x-auto",
        isVirtual && "overflow-auto border-rule border-b",
        !isVirtual && "narrow:overflow-visible",
        className,
      )}
      style={isVirtual ? { maxHeight: props.maxHeight ?? "70dvh" } : undefined}
    >
      <table
        {...(isInteractive ? { role: "grid", "aria-multiselectable": selection !== undefined } : {})}
        aria-label={label}
        aria-busy={rows === undefined}
        aria-rowcount={isVirtual ? count + 1 : undefined}
        className="w-full table-fixed border-collapse narrow:block medium:min-w-[860px] narrow:min-w-0"
      >
        <colgroup className="narrow:hidden">
          {selection ? <col style={{ width: 36 }} /> : null}
          {columns.map((column) => (
            <col key={column.id} style={column.width ? { width: column.width } : undefined} />
          ))}
        </colgroup>
        <DataTableHead
          columns={columns}
          sort={props.sort}
          onSortChange={props.onSortChange}
          isVirtual={isVirtual}
          all={selection && rows ? describeAll(rows, selection, rowKey) : undefined}
        />
        <tbody className="narrow:block">
          {rows === undefined
            ? Array.from({ length: props.skeletonRows ?? 8 }, (_, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: placeholders have no identity
                <SkeletonRow key={index} columns={columns} hasSelection={selection !== undefined} index={index} />
              ))
            : null}
          {isVirtual ? <Spacer heightPx={before} span={span} /> : null}
          {rows && isVirtual
            ? items.map((item) => {
                const row = rows[item.index];
                return row === undefined ? null : renderRow(row, item.index, virtualizer.measureElement);
              })
            : rows?.map((row, index) => renderRow(row, index))}
          {isVirtual ? <Spacer heightPx={after} span={span} /> : null}
        </tbody>
      </table>
    </div>
  );
}

function Spacer({ heightPx, span }: { heightPx: number; span: number }) {
  if (heightPx <= 0) return null;
  return (
    <tr className="narrow:block" style={{ height: heightPx }}>
      <td colSpan={span} />
    </tr>
  );
}

function allSelectable<Row>(
  rows: readonly Row[],
  selection: RowSelection<Row>,
  rowKey: (row: Row) => string,
): Set<string> {
  return new Set(rows.filter((row) => selection.isSelectable?.(row) ?? true).map(rowKey));
}

function describeAll<Row>(rows: readonly Row[], selection: RowSelection<Row>, rowKey: (row: Row) => string) {
  const all = allSelectable(rows, selection, rowKey);
  const selectedCount = [...all].filter((key) => selection.selected.has(key)).length;
  const isAll = all.size > 0 && selectedCount === all.size;
  return {
    checked: isAll ? true : selectedCount > 0 ? ("indeterminate" as const) : false,
    disabled: all.size === 0,
    toggle: () => selection.onChange(isAll ? new Set() : all),
  };
}
