import { X } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "@/lib/cn";
import { IconButton } from "./icon-button";

export type SelectionBarProps = {
  /** How many are selected; at zero the bar is not there. */
  count: number;
  /** What is selected, in the plural that fits: "image", "images" is chosen by the caller. */
  noun: string;
  detail?: ReactNode;
  onClear: () => void;
  /** Buttons for what can be done with the selection. */
  children: ReactNode;
  className?: string;
};

/** What is selected in a table, and what can be done with it; stays at the foot of the window. */
export function SelectionBar({ count, noun, detail, onClear, children, className }: SelectionBarProps) {
  if (count === 0) return null;
  return (
    <section
      aria-label="Selection"
      className={cn(
        "sticky bottom-4 z-20 mx-auto mt-4 flex w-fit max-w-full animate-rise flex-wrap items-center gap-x-4 gap-y-2 rounded-md bg-raised py-2 pr-2 pl-2 shadow-pop narrow:bottom-2 narrow:w-full",
        className,
      )}
    >
      <IconButton label="Clear selection" icon={<X />} onClick={onClear} />
      <p aria-live="polite" className="-ml-2 tabular-nums narrow:min-w-0 narrow:flex-1 narrow:basis-0">
        <strong className="font-semibold">{count.toLocaleString("en-US")}</strong> {noun} selected
        {detail ? <span className="text-muted"> · {detail}</span> : null}
      </p>
      <div className="flex items-center gap-2 narrow:w-full narrow:pl-2 narrow:[&>*]:flex-1">{children}</div>
    </section>
  );
}
