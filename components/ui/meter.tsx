import type { ReactNode } from "react";
import { cn } from "@/lib/cn";

export type MeterSegment = {
  label: string;
  /** In the unit of the meter's `max`. */
  value: number;
  /** The value in words, for example "1.20 GiB". */
  valueText: ReactNode;
  tone: "kept" | "bin" | "unused" | "danger" | "neutral";
};

const SEGMENT = {
  kept: "bg-chart-kept",
  bin: "bg-chart-bin",
  // Hatched: what is unused is still there, but may go. Told apart without colour as well.
  unused:
    "bg-[repeating-linear-gradient(-45deg,var(--chart-unused)_0_2px,color-mix(in_srgb,var(--chart-unused)_30%,transparent)_2px_4px)]",
  danger: "bg-danger",
  neutral: "bg-control",
} as const;

/** How a whole (storage, a quota) divides: one bar, and a legend that says the same in words. */
export function Meter({
  label,
  segments,
  max,
  className,
}: {
  label: string;
  segments: readonly MeterSegment[];
  /** The whole; default is the sum of the segments. */
  max?: number;
  className?: string;
}) {
  const sum = segments.reduce((total, segment) => total + segment.value, 0);
  const whole = Math.max(max ?? sum, sum, 1);
  return (
    <figure className={cn("flex flex-col gap-2.5", className)} aria-label={label}>
      <div className="flex h-3 gap-0.5 overflow-hidden rounded-sm" aria-hidden="true">
        {segments.map((segment) => (
          <div
            key={segment.label}
            className={cn(
              "h-full min-w-0.5 transition-[width] duration-300",
              segment.value === 0 && "hidden",
              SEGMENT[segment.tone],
            )}
            style={{ width: `${(segment.value / whole) * 100}%` }}
          />
        ))}
      </div>
      <dl className="flex flex-wrap gap-x-6 gap-y-1">
        {segments.map((segment) => (
          <div key={segment.label} className="flex items-center gap-2">
            <span aria-hidden="true" className={cn("size-2 rounded-[2px]", SEGMENT[segment.tone])} />
            <dt className="text-muted">{segment.label}</dt>
            <dd className="font-medium tabular-nums">{segment.valueText}</dd>
          </div>
        ))}
      </dl>
    </figure>
  );
}
