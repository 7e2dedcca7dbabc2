"use client";

import type { ComponentProps } from "react";
import { cn } from "@/lib/cn";
import { useFieldWiring } from "./field";
import { controlStyles } from "./input";

export type TextareaProps = ComponentProps<"textarea"> & {
  /** Monospaced, for patterns and names, one a line. */
  mono?: boolean;
};

/** A text control of several lines. Inside a `Field` it is labelled and described by it. */
export function Textarea({ className, mono, id, "aria-describedby": describedBy, ...rest }: TextareaProps) {
  const wiring = useFieldWiring({ id, "aria-describedby": describedBy });
  return (
    <textarea
      className={cn(controlStyles, "resize-y px-2.5 py-1.5 read-only:bg-sunken", mono && "font-mono", className)}
      {...wiring}
      {...rest}
    />
  );
}
