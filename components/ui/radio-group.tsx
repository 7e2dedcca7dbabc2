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

/** One of two to five short words in a row, for views and filters that apply at once. */
export function Segmented<Value extends string>({
  label,
  value,
  onValueChange,
  options,
  disabled = false,
  className,
}: RadioGroupProps<Value>) {
  return (
    <Primitive.Root
      aria-label={label}
      value={value ?? null}
      disabled={disabled}
      orientation="horizontal"
      onValueChange={(next) => {
        const option = options.find((candidate) => candidate.value === next);
        if (option) onValueChange(option.value);
      }}
      className={cn(
        "inline-flex h-8 max-w-full items-stretch overflow-x-auto rounded-md border border-rule-strong bg-sunken p-0.5",
        className,
      )}
    >
      {options.map((option) => (
        <Primitive.Item
          key={option.value}
          value={option.value}
          disabled={option.disabled ?? false}
          className="whitespace-nowrap rounded-sm px-2.5 text-muted text-sm hover:text-ink focus-visible:-outline-offset-2 disabled:text-subtle data-[state=checked]:bg-surface data-[state=checked]:font-medium data-[state=checked]:text-ink data-[state=checked]:shadow-[0_0_0_1px_var(--rule-strong)]"
        >
          {option.label}
        </Primitive.Item>
      ))}
    </Primitive.Root>
  );
}
