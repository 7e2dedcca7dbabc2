"use client";

import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type ReactNode, useCallback, useLayoutEffect, useRef, useState } from "react";
import type { ImageDto } from "@/contracts/images";
import type { SpaceDto } from "@/contracts/spaces";
import { cn } from "@/lib/cn";
import { group } from "../history/run-words";
import { Button } from "../ui/button";
import { ErrorState, type ErrorStateProps } from "../ui/error-state";
import { toggled } from "../ui/row-range";
import { Skeleton } from "../ui/skeleton";
import { Tooltip } from "../ui/tooltip";
import { ImageDetails } from "./image-details";
import { COLUMN_COUNT, ImageRow } from "./image-row";

/** Up to here every row is in the document, so that the browser's own search finds it. */
const VIRTUAL_FROM_ROWS = 200;
/** As rows of one line of tags come out; the closer it is, the less the scroll bar moves by itself. */
const ROW_HEIGHT_PX = { withRepository: 55, alone: 49 };
const LOAD_BEFORE_END_ROWS = 80;

export type ImageTableProps = {
  space: SpaceDto | undefined;
  /** Undefined while loading. */
  rows: readonly ImageDto[] | undefined;
  /** of the whole filtered list, loaded or not */
  total: number;
  /** Rows of several repositories: each says its own. */
  isAllRepositories: boolean;
  /** The rows are those of the previous filter; the present ones are on their way. */
  isStale: boolean;
  hasMore: boolean;
  isLoadingMore: boolean;
  onLoadMore: () => void;
  error: ErrorStateProps["problem"] | undefined;
  onRetry: () => void;
  empty: ReactNode;
};

/**
 * Images as a table that scrolls with the page. A row opens to its platforms, referrers and pull commands; the arrow keys go from row
 * to row. Above 200 rows only those in view are in the document, and further pages are read before the end is reached.
 */
export function ImageTable(props: ImageTableProps) {
  const { space, rows, onLoadMore } = props;
  const tableRef = useRef<HTMLTableElement>(null);
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const [topPx, setTopPx] = useState(0);
  const count = rows?.length ?? 0;
  const isVirtual = count > VIRTUAL_FROM_ROWS;
  const toggle = useCallback((image: ImageDto) => setOpen((known) => toggled(known, imageKey(image))), []);

  const virtualizer = useWindowVirtualizer({
    count,
    enabled: isVirtual,
    estimateSize: () => (props.isAllRepositories ? ROW_HEIGHT_PX.withRepository : ROW_HEIGHT_PX.alone),
    getItemKey: useCallback((index: number) => (rows?.[index] ? imageKey(rows[index]) : index), [rows]),
    overscan: 12,
    scrollMargin: topPx,
    onChange: (instance) => {
      const last = instance.getVirtualItems().at(-1);
      if (last && last.index >= count - LOAD_BEFORE_END_ROWS) onLoadMore();
    },
  });
  // Outside system: where the table begins in the document, which only layout knows.
  useLayoutEffect(() => {
    const table = tableRef.current;
    if (table && isVirtual) setTopPx(Math.round(table.getBoundingClientRect().top + window.scrollY));
  }, [isVirtual]);

  if (props.error && !rows) return <ErrorState problem={props.error} onRetry={props.onRetry} />;
  if (rows && count === 0) return <div className="border-rule border-y">{props.empty}</div>;

  const items = isVirtual ? virtualizer.getVirtualItems() : rows?.map((_, index) => ({ index }));
  const first = isVirtual ? virtualizer.getVirtualItems()[0] : undefined;
  const last = isVirtual ? virtualizer.getVirtualItems().at(-1) : undefined;

  return (
    <>
      <table
        ref={tableRef}
        aria-label="Images"
        aria-busy={rows === undefined || props.isStale}
        aria-rowcount={isVirtual ? props.total + 1 : undefined}
        onKeyDown={moveBetweenRows}
        className={cn(
          "w-full table-fixed border-collapse transition-opacity narrow:block",
          props.isStale && "opacity-60",
        )}
      >
        <colgroup className="narrow:hidden">
          <col style={{ width: 32 }} />
          <col />
          <col className="w-[138px] compact:w-[120px]" />
          <col className="w-[116px]" />
          <col className="w-[122px]" />
          <col className="w-[108px] medium:w-0" />
          <col className="w-[100px] medium:w-0" />
        </colgroup>
        <Head />
        {rows === undefined ? <SkeletonBody /> : null}
        {first ? <Spacer heightPx={first.start - topPx} /> : null}
        {items?.map(({ index }) => {
          const image = rows?.[index];
          if (!image) return null;
          const key = imageKey(image);
          const isOpen = open.has(key);
          return (
            <tbody
              key={key}
              ref={isVirtual ? virtualizer.measureElement : undefined}
              data-index={index}
              className="border-rule border-b narrow:block"
            >
              <ImageRow
                image={image}
                space={space}
                rowIndex={isVirtual ? index + 2 : undefined}
                isRepositoryShown={props.isAllRepositories}
                isOpen={isOpen}
                onToggle={toggle}
              />
              {isOpen ? <ImageDetails image={image} space={space} /> : null}
            </tbody>
          );
        })}
        {last ? <Spacer heightPx={virtualizer.getTotalSize() - (last.end - topPx)} /> : null}
      </table>
      {count > 0 ? (
        <div className="flex min-h-11 flex-wrap items-center gap-3 pt-2 text-sm text-subtle tabular-nums">
          <span role="status">
            {count === props.total
              ? `${group(count)} ${count === 1 ? "image" : "images"}`
              : `${group(count)} of ${group(props.total)} images`}
          </span>
          {props.hasMore ? (
            <Button size="sm" onClick={onLoadMore} loading={props.isLoadingMore}>
              Load more
            </Button>
          ) : null}
          {props.error ? (
            <span role="alert" className="text-danger">
              {props.error.title}. <span className="text-muted">{props.error.detail}</span>
            </span>
          ) : null}
          {space?.hasBackdatedTimes ? (
            <span className="ml-auto">
              Push times marked “demo” were set back by the demo, so that rules find something.
            </span>
          ) : null}
        </div>
      ) : null}
    </>
  );
}

function imageKey(image: ImageDto): string {
  return `${image.repositoryName}@${image.digest}`;
}

/** Up and down between the buttons that open rows: a row is its own `tbody`. */
function moveBetweenRows(event: KeyboardEvent<HTMLTableElement>) {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const button = event.target instanceof Element ? event.target.closest("button[aria-expanded]") : null;
  const body = button?.closest("tbody");
  const next = event.key === "ArrowDown" ? body?.nextElementSibling : body?.previousElementSibling;
  const target = next?.querySelector<HTMLButtonElement>("button[aria-expanded]");
  if (!target) return;
  event.preventDefault();
  target.focus();
}

const headStyles =
  "sticky top-(--shell-top,0px) z-10 h-8 bg-canvas px-2 text-left font-medium text-sm text-subtle shadow-[inset_0_-1px_0_var(--rule-strong)] narrow:sr-only";

function Head() {
  return (
    <thead className="narrow:sr-only">
      <tr>
        <th scope="col" className={headStyles}>
          <span className="sr-only">Details</span>
        </th>
        <th scope="col" className={headStyles}>
          Image
        </th>
        <th scope="col" className={headStyles}>
          Platform
        </th>
        <th scope="col" className={headStyles}>
          Digest
        </th>
        <th scope="col" className={cn(headStyles, "text-right")}>
          <Tooltip content="What a pull transfers, as stored (compressed). Below it what no other image of the registry uses: that much, and no more, can become free.">
            <button type="button" className="rounded-sm underline decoration-dotted underline-offset-3">
              Stored
            </button>
          </Tooltip>
        </th>
        <th scope="col" className={cn(headStyles, "medium:hidden")}>
          Pushed
        </th>
        <th scope="col" className={cn(headStyles, "medium:hidden")}>
          Last pulled
        </th>
      </tr>
    </thead>
  );
}

function SkeletonBody() {
  return (
    <tbody className="narrow:block">
      {["w-2/5", "w-3/5", "w-1/2", "w-2/3", "w-2/5", "w-1/2"].map((width, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: placeholders have no identity
        <tr key={index} className="border-rule border-b narrow:block">
          <td className="h-[52px] narrow:hidden" />
          <td className="px-2 narrow:block narrow:py-5">
            <Skeleton className={width} />
          </td>
          {["platform", "digest", "stored", "pushed", "pulled"].map((cell) => (
            <td key={cell} className="px-2 narrow:hidden">
              <Skeleton className="w-16" />
            </td>
          ))}
        </tr>
      ))}
    </tbody>
  );
}

function Spacer({ heightPx }: { heightPx: number }) {
  if (heightPx <= 0) return null;
  return (
    <tbody aria-hidden="true" className="narrow:block">
      <tr className="narrow:block" style={{ height: heightPx }}>
        <td colSpan={COLUMN_COUNT} />
      </tr>
    </tbody>
  );
}
