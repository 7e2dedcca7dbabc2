import type { ReactNode } from "react";
import { cn } from "@/lib/cn";

export type KeyValueListProps = {
  items: readonly { label: string; value: ReactNode }[];
  /** `rows`: a label column and hairlines; `columns`: labels above values, side by side. */
  layout?: "rows" | "columns";
  className?: string;
};

/** Facts with their names. */
export function KeyValueList({ items, layout = "rows", className }: KeyValueListProps) {
  if (layout === "columns") {
    return (
      <dl className={cn("flex flex-wrap gap-x-10 gap-y-3", className)}>
        {items.map((item) => (
          <div key={item.label} className="min-w-0">
            <dt className="text-sm text-subtle">{item.label}</dt>
            <dd className="[overflow-wrap:anywhere]">{item.value}</dd>
          </div>
        ))}
      </dl>
    );
  }
  return (
    <dl className={cn("divide-y divide-rule", className)}>
      {items.map((item) => (
        <div
          key={item.label}
          className="grid min-h-9 grid-cols-[minmax(120px,200px)_1fr] items-baseline gap-4 py-2 narrow:grid-cols-[minmax(96px,36%)_1fr]"
        >
          <dt className="text-muted">{item.label}</dt>
          <dd className="min-w-0 [overflow-wrap:anywhere]">{item.value}</dd>
        </div>
      ))}
    </dl>
  );
}
