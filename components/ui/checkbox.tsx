"use client";

import { Check, Minus } from "lucide-react";
import { Checkbox as Primitive } from "radix-ui";
import { type ReactNode, useId } from "react";
import { cn } from "@/lib/cn";

export type CheckboxProps = {
  checked: boolean | "indeterminate";
  onCheckedChange: (checked: boolean) => void;
  disabled?: boolean;
  name?: string;
  className?: string;
} & (
  | { label: ReactNode; hint?: ReactNode; "aria-label"?: never }
  | { label?: never; hint?: never; "aria-label": string }
);

/** A checkbox, with its label (and hint) beside it or named by `aria-label` in a table. */
export function Checkbox({
  checked,
  onCheckedChange,
  disabled = false,
  name,
  className,
  label,
  hint,
  ...rest
}: CheckboxProps) {
  const id = useId();
  const box = (
    <Primitive.Root
      id={id}
      checked={checked}
      disabled={disabled}
      {...(name === undefined ? {} : { name })}
      onCheckedChange={(next) => onCheckedChange(next === true)}
      aria-label={rest["aria-label"]}
      aria-describedby={hint ? `${id}-hint` : undefined}
      className={cn(
        "group flex size-4 shrink-0 items-center justify-center rounded-sm border border-control bg-surface text-on-accent",
        "hover:border-muted disabled:border-rule-strong disabled:bg-sunken",
        "data-[state=checked]:border-accent data-[state=checked]:bg-accent data-[state=indeterminate]:border-accent data-[state=indeterminate]:bg-accent",
        label === undefined && className,
      )}
    >
      <Primitive.Indicator>
        <Check className="size-3 stroke-3 group-data-[state=indeterminate]:hidden" aria-hidden="true" />
        <Minus className="hidden size-3 stroke-3 group-data-[state=indeterminate]:block" aria-hidden="true" />
      </Primitive.Indicator>
    </Primitive.Root>
  );
  if (label === undefined) return box;
  return (
    <div className={cn("flex items-start gap-2", className)}>
      <span className="flex h-5 items-center">{box}</span>
      <div className="min-w-0">
        <label htmlFor={id} className={cn("text-base", disabled && "text-subtle")}>
          {label}
        </label>
        {hint ? (
          <p id={`${id}-hint`} className="text-sm text-subtle">
            {hint}
          </p>
        ) : null}
      </div>
    </div>
  );
}
