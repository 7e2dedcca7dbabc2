"use client";

import { RadioGroup as Primitive } from "radix-ui";
import { type ReactNode, useId } from "react";
import { cn } from "@/lib/cn";

type RadioOption<Value extends string> = {
  value: Value;
  label: ReactNode;
  hint?: ReactNode;
  disabled?: boolean;
};

export type RadioGroupProps<Value extends string> = {
  /** Accessible name of the group; a `FieldGroup` around it shows the visible one. */
  label: string;
  value: Value | undefined;
  onValueChange: (value: Value) => void;
  options: readonly RadioOption<Value>[];
  disabled?: boolean;
  className?: string;
};

/** One of a few, each with room for an explanation. */
export function RadioGroup<Value extends string>({
  label,
  value,
  onValueChange,
  options,
  disabled = false,
  className,
}: RadioGroupProps<Value>) {
  const id = useId();
  return (
    <Primitive.Root
      aria-label={label}
      value={value ?? null}
      disabled={disabled}
      onValueChange={(next) => {
        const option = options.find((candidate) => candidate.value === next);
        if (option) onValueChange(option.value);
      }}
      className={cn("flex flex-col gap-2.5", className)}
    >
      {options.map((option) => (
        <div key={option.value} className="flex items-start gap-2">
          <span className="flex h-5 items-center">
            <Primitive.Item
              id={`${id}-${option.value}`}
              value={option.value}
              disabled={option.disabled ?? false}
              aria-describedby={option.hint ? `${id}-${option.value}-hint` : undefined}
              className="flex size-4 shrink-0 items-center justify-center rounded-full border border-control bg-surface hover:border-muted disabled:border-rule-strong disabled:bg-sunken data-[state=checked]:border-accent data-[state=checked]:bg-accent"
            >
              <Primitive.Indicator className="size-1.5 rounded-full bg-on-accent" />
            </Primitive.Item>
          </span>
          <div className="min-w-0">
            <label
              htmlFor={`${id}-${option.value}`}
              className={cn("text-base", (option.disabled || disabled) && "text-subtle")}
            >
              {option.label}
            </label>
            {option.hint ? (
              <p id={`${id}-${option.value}-hint`} className="text-sm text-subtle">
                {option.hint}
              </p>
            ) : null}
          </div>
        </div>
      ))}
    </Primitive.Root>
  );
}
