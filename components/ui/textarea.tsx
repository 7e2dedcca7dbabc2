"use client";

import type { ComponentProps } from "react";
import { cn } from "@/lib/cn";
import { useFieldWiring } from "./field";
import { controlStyles } from "./input";

export type TextareaProps = ComponentProps<"textarea"> & { mono?: boolean };

/** A control for several lines. Inside a `Field` it is labelled and described by it. */
export function Textarea({ className, mono, rows = 4, id, "aria-describedby": describedBy, ...rest }: TextareaProps) {
  const wiring = useFieldWiring({ id, "aria-describedby": describedBy });
  return (
    <textarea
      rows={rows}
      className={cn(controlStyles, "resize-y px-2.5 py-1.5", mono && "font-mono", className)}
      {...wiring}
      {...rest}
    />
  );
}
