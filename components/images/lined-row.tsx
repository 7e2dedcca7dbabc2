/* biome-ignore-all lint/a11y/useSemanticElements: rows are placed by themselves, which a table cannot do */
/* biome-ignore-all lint/a11y/useFocusableInteractive: one row at a time is in the tab order, its cells never */
"use client";

import { memo, type ReactNode, useLayoutEffect, useRef } from "react";
import type { ImageDto } from "@/contracts/images";
import { Skeleton } from "../ui/skeleton";
import { ImageRow, type ImageRowProps } from "./image-row";
import { imageKey } from "./selection";

interface LinedRowProps extends Omit<ImageRowProps, "image"> {
  /** Undefined while its page is being read. */
  image: ImageDto | undefined;
  topPx: number;
  onMeasure: (key: string, index: number, px: number) => void;
  details: (image: ImageDto) => ReactNode;
}

/** A row at its place in the list, with what is open under it; grey lines while its page is being read. */
export const LinedRow = memo(function LinedRow({ image, topPx, onMeasure, details, ...row }: LinedRowProps) {
  return (
    <div
      role="presentation"
      className="absolute inset-x-0 top-0 [contain:layout_style]"
      style={{ transform: `translateY(${topPx}px)` }}
    >
      {image ? <ImageRow {...row} image={image} /> : <LoadingRow index={row.index} />}
      {image && row.isOpen ? (
        <OpenDetails image={image} index={row.index} onMeasure={onMeasure}>
          {details(image)}
        </OpenDetails>
      ) : null}
    </div>
  );
});

/** The row with the focus, while its page is being read: something has to keep the focus. */
function LoadingRow({ index }: { index: number }) {
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-busy="true"
      aria-label="Loading"
      data-row={index}
      tabIndex={0}
      className="h-[52px] border-rule border-b focus-visible:-outline-offset-2 narrow:h-[84px]"
    >
      <span role="gridcell" className="flex h-full flex-col justify-center gap-2 pl-16 narrow:pl-9">
        <Skeleton className="w-2/5" />
        <Skeleton className="w-40" />
      </span>
    </div>
  );
}

/** Grey lines in the place of many rows that are still being read: one element, however many rows fly by. */
export function LoadingRows({ topPx, rows, rowPx }: { topPx: number; rows: number; rowPx: number }) {
  const line = (fromPx: number, toPx: number) =>
    `linear-gradient(to bottom, transparent ${fromPx}px, var(--rule) ${fromPx}px ${toPx}px, transparent ${toPx}px)`;
  return (
    <div
      aria-hidden="true"
      data-loading={rows}
      className="absolute inset-x-0 top-0 animate-shimmer bg-repeat-y [background-position:64px_0,64px_0,0_0] narrow:[background-position:36px_0,36px_0,0_0]"
      style={{
        transform: `translateY(${topPx}px)`,
        height: rows * rowPx,
        backgroundImage: `${line(13, 23)}, ${line(31, 39)}, ${line(rowPx - 1, rowPx)}`,
        backgroundSize: `38% ${rowPx}px, 150px ${rowPx}px, 100% ${rowPx}px`,
      }}
    />
  );
}

function OpenDetails({
  image,
  index,
  onMeasure,
  children,
}: {
  image: ImageDto;
  index: number;
  onMeasure: LinedRowProps["onMeasure"];
  children: ReactNode;
}) {
  const ref = useRef<HTMLDivElement>(null);
  const key = imageKey(image);
  // Outside system: the height that its content comes to, by which everything below is moved.
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return;
    const measure = () => onMeasure(key, index, Math.ceil(element.getBoundingClientRect().height));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [key, index, onMeasure]);
  return (
    <div ref={ref} role="row" aria-label="Details" className="border-rule border-b bg-canvas">
      <div role="gridcell" aria-colspan={7}>
        {children}
      </div>
    </div>
  );
}
