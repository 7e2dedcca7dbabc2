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
    <div role="presentation" className="absolute inset-x-0 top-0" style={{ transform: `translateY(${topPx}px)` }}>
      {image ? <ImageRow {...row} image={image} /> : <LoadingRow index={row.index} isTabStop={row.isTabStop} />}
      {image && row.isOpen ? (
        <OpenDetails image={image} index={row.index} onMeasure={onMeasure}>
          {details(image)}
        </OpenDetails>
      ) : null}
    </div>
  );
});

function LoadingRow({ index, isTabStop }: { index: number; isTabStop: boolean }) {
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-busy="true"
      aria-label="Loading"
      data-row={index}
      tabIndex={isTabStop ? 0 : -1}
      className="h-[52px] border-rule border-b pl-16 narrow:h-[84px] narrow:pl-9"
    >
      <span role="gridcell" className="flex h-full flex-col justify-center gap-2">
        <Skeleton className={index % 3 === 0 ? "w-2/5" : index % 3 === 1 ? "w-1/2" : "w-1/3"} />
        <Skeleton className="w-40" />
      </span>
    </div>
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
