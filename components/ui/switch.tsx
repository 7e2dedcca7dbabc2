"use client";

import { Switch as Primitive } from "radix-ui";
import { type ReactNode, useId } from "react";
import { cn } from "@/lib/cn";

export type SwitchProps = {
  checked: boolean;
  onCheckedChange: (checked: boolean) => void;
  disabled?: boolean;
  name?: string;
  className?: string;
} & (
  | { label: ReactNode; hint?: ReactNode; "aria-label"?: never }
  | { label?: never; hint?: never; "aria-label": string }
);

/** Something that is on or off and takes effect at once. */
export function Switch({
  checked,
  onCheckedChange,
  disabled = false,
  name,
  className,
  label,
  hint,
  ...rest
}: SwitchProps) {
  const id = useId();
  const control = (
    <Primitive.Root
      id={id}
      checked={checked}
      disabled={disabled}
      {...(name === undefined ? {} : { name })}
      onCheckedChange={onCheckedChange}
      aria-label={rest["aria-label"]}
      aria-describedby={hint ? `${id}-hint` : undefined}
      className="relative h-[18px] w-8 shrink-0 rounded-full border border-control bg-sunken transition-colors duration-150 hover:border-muted disabled:opacity-60 data-[state=checked]:border-accent data-[state=checked]:bg-accent"
    >
      <Primitive.Thumb className="block size-3 translate-x-0.5 rounded-full bg-control transition-transform duration-150 data-[state=checked]:translate-x-4 data-[state=checked]:bg-on-accent" />
    </Primitive.Root>
  );
  if (label === undefined) return control;
  return (
    <div className={cn("flex items-start gap-2.5", className)}>
      <span className="flex h-5 items-center">{control}</span>
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
