/* biome-ignore-all lint/a11y/useSemanticElements: rows are placed by themselves, which a table cannot do */
/* biome-ignore-all lint/a11y/useFocusableInteractive: one row at a time is in the tab order, its cells never */
"use client";

import { type CSSProperties, memo, type ReactNode, useLayoutEffect, useRef } from "react";
import type { ImageDto } from "@/contracts/images";
import { ImageRow, type ImageRowProps } from "./image-row";
import { imageKey } from "./selection";

interface LinedRowProps extends ImageRowProps {
  topPx: number;
  onMeasure: (key: string, index: number, px: number) => void;
  details: (image: ImageDto) => ReactNode;
}

/** A row at its place in the list, with what is open under it. It hides the grey lines that the list is ruled with. */
export const LinedRow = memo(function LinedRow({ topPx, onMeasure, details, ...row }: LinedRowProps) {
  const { image, index, isOpen } = row;
  return (
    <div
      role="presentation"
      className="absolute inset-x-0 top-0 bg-canvas [contain:layout_style]"
      style={{ transform: `translateY(${topPx}px)` }}
    >
      <ImageRow {...row} />
      {image && isOpen ? (
        <OpenDetails image={image} index={index} onMeasure={onMeasure}>
          {details(image)}
        </OpenDetails>
      ) : null}
    </div>
  );
});

/** Grey lines as a ground, one row after the other: what is not drawn yet is never blank, however fast it flies by. */
export function linesOfRows(rowPx: number, isNarrow: boolean): CSSProperties {
  const line = (fromPx: number, toPx: number) =>
    `linear-gradient(to bottom, transparent ${fromPx}px, var(--rule) ${fromPx}px ${toPx}px, transparent ${toPx}px)`;
  const left = isNarrow ? 44 : 84;
  return {
    backgroundImage: `${line(13, 23)}, ${line(31, 39)}, ${line(rowPx - 1, rowPx)}`,
    backgroundSize: `32% ${rowPx}px, 130px ${rowPx}px, 100% ${rowPx}px`,
    backgroundPosition: `${left}px 0, ${left}px 0, 0 0`,
    backgroundRepeat: "repeat-y",
  };
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
