"use client";

import { ListFilter } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "@/lib/cn";
import { Button } from "./button";
import { Popover } from "./popover";

/** The panel of a list's filters behind its button, which says how many of them hold. */
export function FilterPopover({
  open,
  onOpenChange,
  count,
  className,
  children,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  count: number;
  className?: string;
  children: ReactNode;
}) {
  return (
    <Popover
      label="Filters"
      open={open}
      onOpenChange={onOpenChange}
      align="end"
      className="w-[420px] p-4"
      trigger={
        <Button icon={<ListFilter aria-hidden="true" />} className={cn("narrow:h-10", className)}>
          Filters
          {count > 0 ? (
            <span className="-mr-1 rounded-full bg-accent-soft px-1.5 text-accent text-sm tabular-nums">{count}</span>
          ) : null}
        </Button>
      }
    >
      {children}
    </Popover>
  );
}
