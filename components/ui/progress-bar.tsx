import type { ReactNode } from "react";
import { cn } from "@/lib/cn";

export type ProgressBarProps = {
  label: string;
  /** Done so far, in the unit of `max`; undefined while the amount of work is not known. */
  value: number | undefined;
  max: number;
  /** What is said at the right, for example "1,204 of 3,010 manifests". Default: percent. */
  valueText?: string;
  /** A second line: rate, time left. */
  detail?: ReactNode;
  tone?: "accent" | "warning" | "danger";
  hideLabel?: boolean;
  className?: string;
};

const FILL = { accent: "bg-accent", warning: "bg-warning", danger: "bg-danger" } as const;

/** How far something is. Without a value it only says that work goes on. */
export function ProgressBar({
  label,
  value,
  max,
  valueText,
  detail,
  tone = "accent",
  hideLabel = false,
  className,
}: ProgressBarProps) {
  const share = value === undefined ? undefined : max > 0 ? Math.min(1, Math.max(0, value / max)) : 0;
  // Rounded down: 100 % is shown only when it is done.
  const text = valueText ?? (share === undefined ? "" : `${Math.floor(share * 100)} %`);
  return (
    <div className={cn("flex flex-col gap-1.5", className)}>
      {hideLabel ? null : (
        <div className="flex items-baseline justify-between gap-3">
          <span className="min-w-0 truncate font-medium">{label}</span>
          <span className="shrink-0 text-muted text-sm tabular-nums">{text}</span>
        </div>
      )}
      <div
        role="progressbar"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={share === undefined ? undefined : Math.floor(share * 100)}
        aria-valuetext={text || undefined}
        className="h-1.5 overflow-hidden rounded-full bg-rule"
      >
        {share === undefined ? (
          <div className={cn("h-full w-1/3 animate-travel rounded-full", FILL[tone])} />
        ) : (
          <div
            className={cn("h-full rounded-full transition-[width] duration-300 ease-out", FILL[tone])}
            style={{ width: `${share * 100}%` }}
          />
        )}
      </div>
      {detail ? <div className="text-sm text-subtle tabular-nums">{detail}</div> : null}
    </div>
  );
}
