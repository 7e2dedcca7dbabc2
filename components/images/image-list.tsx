/* biome-ignore-all lint/a11y/useSemanticElements: rows are placed by themselves, which a table cannot do */
/* biome-ignore-all lint/a11y/useFocusableInteractive: one row at a time is in the tab order, its cells never */
"use client";

import {
  type KeyboardEvent,
  type MouseEvent,
  useCallback,
  useDeferredValue,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import type { ImageDto } from "@/contracts/images";
import { cn } from "@/lib/cn";
import { Button } from "../ui/button";
import { problemOf } from "../ui/problem-of";
import { ImageListHead } from "./image-list-head";
import { ROW_PX, type RowActions } from "./image-row";
import { forgetLeftRow, leaveRow, rowLeft } from "./left-row";
import { LinedRow, linesOfRows } from "./lined-row";
import { countRows, PAGE_ROWS, pagesAround } from "./page-window";
import { type ImageListing, type ImagePage, type Place, useImagePages } from "./queries";
import { drawableCount, heightOf, rowsToDraw, topOf } from "./row-layout";
import { imageKey, isSelected } from "./selection";
import type { ImageSelecting } from "./use-image-selection";
import { useIsNarrow, usePacedPages, useRowsInView } from "./use-rows-in-view";

/** Higher than most open rows, so that what comes below moves down rather than up when it is measured. */
const OPEN_GUESS_PX = 300;
const KEY_PAGE_ROWS = 12;
const SKELETON_ROWS = 12;

export interface ImageListProps {
  place: Place;
  listing: ImageListing;
  prefix: string;
  /** The rows are those of the filter before; the present ones are on their way. */
  isStale: boolean;
  neverPulledTitle: string;
  selecting: ImageSelecting;
  hrefOf: (image: ImageDto) => string;
  pullCommandOf: (image: ImageDto) => string;
  onOpen: (image: ImageDto) => void;
  onSort: (sort: ImageListing["sort"]) => void;
  onMenu: (image: ImageDto, at: { left: number; top: number }, onClosed: () => void) => void;
  /** How many rows there are, whenever that is known anew. */
  onCount: (count: number, isCapped: boolean) => void;
  details: (image: ImageDto) => React.ReactNode;
}

/**
 * Images by their place in the list: only the rows in view are in the document, only their pages are asked for, and any place can be
 * scrolled to at once. One row is in the tab order; the arrows go on from there.
 */
export function ImageList(props: ImageListProps) {
  const { place, listing, selecting, onCount } = props;
  const bodyRef = useRef<HTMLDivElement>(null);
  const isNarrow = useIsNarrow();
  const rowPx = isNarrow ? ROW_PX.narrow : ROW_PX.wide;
  const listKey = JSON.stringify([place.spaceId, listing]);
  const [active, setActive] = useState(() => rowLeft(listKey) ?? 0);
  const wantsFocus = useRef(false);
  const isBack = useRef(rowLeft(listKey) !== null);
  // Heights of open rows by image; what is not measured yet has a guess.
  const [open, setOpen] = useState<ReadonlyMap<string, { index: number; px: number }>>(new Map());
  const [count, setCount] = useState({ count: 0, isCapped: false });
  const layout = { count: drawableCount(count.count, rowPx), rowPx, extraPx: new Map<number, number>() };
  for (const { index, px } of open.values()) layout.extraPx.set(index, px);
  // Rows may have gone from the end: there is always one that Tab leads to.
  if (layout.count > 0 && active >= layout.count) setActive(layout.count - 1);
  const view = useRowsInView(bodyRef, layout);
  const wanted = usePacedPages(pagesAround(view?.first ?? 0, view?.last ?? 0, layout.count));
  // The row with the focus stays in the document wherever one scrolls, so its page is needed too.
  const activePage = Math.floor(active / PAGE_ROWS);
  const needed = wanted.includes(activePage) ? wanted : [...wanted, activePage].sort((a, b) => a - b);
  const { pages, error, retry } = useImagePages(place, listing, needed);

  const counted = countRows(pages, count.count);
  if (pages.length > 0 && (counted.count !== count.count || counted.isCapped !== count.isCapped)) setCount(counted);
  // Outside system: the page around this list, which says the number too.
  useEffect(() => onCount(count.count, count.isCapped), [onCount, count.count, count.isCapped]);

  const itemAt = (index: number) => itemIn(pages, index);
  // Rows that come into view or arrive are drawn in slices, between which the page answers: scrolling never waits for them.
  const drawnView = useDeferredValue(view);
  const drawnPages = useDeferredValue(pages);
  const drawnAt = (index: number) => (index === active ? itemAt(index) : itemIn(drawnPages, index));

  const focusRow = (index: number) => {
    const target = Math.max(0, Math.min(layout.count - 1, index));
    wantsFocus.current = true;
    setActive(target);
    scrollToRow(bodyRef.current, topOf(layout, target), rowPx);
    return target;
  };
  // Outside system: the focus, which can only go to a row that is in the document.
  useLayoutEffect(() => {
    if (!wantsFocus.current && !isBack.current) return;
    const row = bodyRef.current?.querySelector<HTMLElement>(`[data-row="${active}"]`);
    if (!row) return;
    // Whoever went to another place meanwhile stays there.
    const isWanted = wantsFocus.current || document.activeElement === document.body;
    wantsFocus.current = false;
    isBack.current = false;
    forgetLeftRow();
    if (isWanted) row.focus({ preventScroll: true });
  });

  const openPage = (index: number, image: ImageDto) => {
    leaveRow(listKey, index);
    props.onOpen(image);
  };

  const expand = (index: number) => {
    const image = itemAt(index);
    if (!image) return;
    const key = imageKey(image);
    setOpen((known) => {
      const next = new Map(known);
      if (!next.delete(key)) next.set(key, { index, px: OPEN_GUESS_PX });
      return next;
    });
  };

  const onKey = (event: KeyboardEvent<HTMLElement>, index: number) => {
    // Keys inside a link, button or checkbox of the row belong to it.
    if (event.target !== event.currentTarget) return;
    const image = itemAt(index);
    const move = (to: number) => {
      const target = focusRow(to);
      if (event.shiftKey) void selecting.selectTo(target, index);
    };
    const act = keyAct(event, {
      move: (by) => move(index + by),
      moveTo: (end) => move(end === "first" ? 0 : layout.count - 1),
      expand: (isWanted) => {
        if (image && open.has(imageKey(image)) !== isWanted) expand(index);
      },
      open: () => image && openPage(index, image),
      select: () => {
        if (!image) return;
        if (event.shiftKey) void selecting.selectTo(index, index);
        else selecting.toggle(image, index);
      },
      selectAll: selecting.selectAll,
      menu: () => {
        const box = event.currentTarget.getBoundingClientRect();
        if (image) props.onMenu(image, { left: box.right, top: box.top + rowPx - 8 }, () => focusRow(index));
      },
    });
    if (!act) return;
    event.preventDefault();
    act();
  };

  // Rows are drawn anew only when what they show changes: what they call is one object that leads to the latest.
  const latest = useRef<RowActions>(null);
  useLayoutEffect(() => {
    latest.current = {
      onExpand: expand,
      onSelect: (index, how) => {
        const image = itemAt(index);
        setActive(index);
        if (how === "range") void selecting.selectTo(index, active);
        else if (image) selecting.toggle(image, index);
      },
      onMenu: (index, at) => {
        const image = itemAt(index);
        if (image) props.onMenu(image, at, () => focusRow(index));
      },
      onFocus: setActive,
      onKey,
      onOpen: (index, event) => {
        const image = itemAt(index);
        if (!image || isOtherWindow(event)) return;
        event.preventDefault();
        openPage(index, image);
      },
    };
  });
  const [actions] = useState<RowActions>(() => ({
    onExpand: (...given) => latest.current?.onExpand(...given),
    onSelect: (...given) => latest.current?.onSelect(...given),
    onMenu: (...given) => latest.current?.onMenu(...given),
    onFocus: (...given) => latest.current?.onFocus(...given),
    onKey: (...given) => latest.current?.onKey(...given),
    onOpen: (...given) => latest.current?.onOpen(...given),
  }));
  const onMeasure = useCallback((key: string, index: number, px: number) => {
    setOpen((known) => {
      const before = known.get(key);
      if (!before || (before.px === px && before.index === index)) return known;
      return new Map(known).set(key, { index, px });
    });
  }, []);

  const rows = rowsToDraw(drawnView, active, layout.count, (index) => drawnAt(index) !== undefined);
  const isLoading = count.count === 0;

  return (
    <div
      role="grid"
      aria-label="Images"
      aria-multiselectable="true"
      aria-rowcount={count.isCapped ? -1 : count.count + 1}
      aria-busy={isLoading || props.isStale}
      className={cn("w-full transition-opacity", props.isStale && "opacity-60")}
    >
      <ImageListHead listing={listing} count={count} selecting={selecting} onSort={props.onSort} />
      <div
        ref={bodyRef}
        role="rowgroup"
        className="relative [overflow-anchor:none]"
        style={{ height: isLoading ? SKELETON_ROWS * rowPx : heightOf(layout), ...linesOfRows(rowPx, isNarrow) }}
      >
        {rows.map((index) => {
          const image = drawnAt(index);
          return (
            <LinedRow
              key={index}
              index={index}
              topPx={topOf(layout, index)}
              image={image}
              href={textAt(image, props.hrefOf)}
              pullCommand={textAt(image, props.pullCommandOf)}
              prefix={props.prefix}
              isRepositoryShown={listing.filter.repository === undefined}
              isSelected={isSelectedAt(image, selecting)}
              isOpen={isOpenAt(image, open)}
              isTabStop={index === active}
              neverPulledTitle={props.neverPulledTitle}
              actions={actions}
              onMeasure={onMeasure}
              details={props.details}
            />
          );
        })}
      </div>
      {error ? <ReadOnError error={error} onRetry={retry} /> : null}
    </div>
  );
}

function itemIn(pages: readonly ImagePage[], index: number): ImageDto | undefined {
  return pages.find((page) => page.index === Math.floor(index / PAGE_ROWS))?.items[index % PAGE_ROWS];
}

const textAt = (image: ImageDto | undefined, of: (image: ImageDto) => string) => (image ? of(image) : "");
const isSelectedAt = (image: ImageDto | undefined, { selection }: ImageSelecting) =>
  image ? isSelected(selection, image) : false;
const isOpenAt = (image: ImageDto | undefined, open: ReadonlyMap<string, unknown>) =>
  image ? open.has(imageKey(image)) : false;

interface KeyActs {
  move: (by: number) => void;
  moveTo: (end: "first" | "last") => void;
  expand: (isWanted: boolean) => void;
  open: () => void;
  select: () => void;
  selectAll: () => void;
  menu: () => void;
}

function keyAct(event: KeyboardEvent, acts: KeyActs): (() => void) | undefined {
  const isCommand = event.metaKey || event.ctrlKey;
  if (isCommand) return event.key.toLowerCase() === "a" ? acts.selectAll : undefined;
  switch (event.key) {
    case "ArrowDown":
    case "j":
    case "J":
      return () => acts.move(1);
    case "ArrowUp":
    case "k":
    case "K":
      return () => acts.move(-1);
    case "PageDown":
      return () => acts.move(KEY_PAGE_ROWS);
    case "PageUp":
      return () => acts.move(-KEY_PAGE_ROWS);
    case "Home":
      return () => acts.moveTo("first");
    case "End":
      return () => acts.moveTo("last");
    case "ArrowRight":
      return () => acts.expand(true);
    case "ArrowLeft":
      return () => acts.expand(false);
    case "Enter":
      return acts.open;
    case " ":
    case "x":
    case "X":
      return acts.select;
    case "ContextMenu":
    case "F10":
      return event.key === "F10" && !event.shiftKey ? undefined : acts.menu;
    default:
      return undefined;
  }
}

function isOtherWindow(event: MouseEvent): boolean {
  return event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button !== 0;
}

/** Brings a row into the window where it is not: below what sticks to the top, above what sticks to the foot. */
function scrollToRow(body: HTMLElement | null, topPx: number, rowPx: number): void {
  if (!body) return;
  const top = body.getBoundingClientRect().top + topPx;
  const upper = 96;
  const lower = window.innerHeight - 96;
  if (top < upper) window.scrollBy({ top: top - upper });
  else if (top + rowPx > lower) window.scrollBy({ top: top + rowPx - lower });
}

function ReadOnError({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const problem = problemOf(error);
  return (
    <div role="alert" className="flex flex-wrap items-center gap-3 border-rule border-b py-2 text-danger">
      <span>
        {problem?.title}. <span className="text-muted">{problem?.detail}</span>
      </span>
      <Button size="sm" onClick={onRetry}>
        Try again
      </Button>
    </div>
  );
}
