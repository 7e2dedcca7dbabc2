import type { ReactNode } from "react";
import { cn } from "@/lib/cn";

export type StatTileProps = {
  label: string;
  value: ReactNode;
  detail?: ReactNode;
  tone?: "neutral" | "positive" | "warning" | "danger";
};

const VALUE = { neutral: "text-ink", positive: "text-accent", warning: "text-warning", danger: "text-danger" } as const;

/** One number that matters, with its name and a word about it. Goes inside a `StatRow`. */
export function StatTile({ label, value, detail, tone = "neutral" }: StatTileProps) {
  return (
    <div className="flex min-w-0 flex-1 basis-36 flex-col gap-0.5 border-rule border-l pr-2 pl-4 py-0.5 narrow:basis-32">
      <dt className="text-muted text-sm">{label}</dt>
      <dd className={cn("font-medium text-xl tracking-[-0.01em] tabular-nums", VALUE[tone])}>{value}</dd>
      {detail ? <dd className="text-sm text-subtle">{detail}</dd> : null}
    </div>
  );
}

/** A row of numbers, parted by hairlines; the line before the first of each row is cut off, however they wrap. */
export function StatRow({ children, className }: { children: ReactNode; className?: string }) {
  return (
    <div className={cn("overflow-hidden", className)}>
      <dl className="-ml-[17px] flex flex-wrap gap-y-4">{children}</dl>
    </div>
  );
}
