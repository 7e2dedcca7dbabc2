"use client";

import { Check, ChevronDown } from "lucide-react";
import { Select as Primitive } from "radix-ui";
import type { ReactNode } from "react";
import { cn } from "@/lib/cn";
import { useFieldWiring } from "./field";
import { controlStyles } from "./input";

type SelectOption<Value extends string> = { value: Value; label: string; hint?: ReactNode; disabled?: boolean };

export type SelectProps<Value extends string> = {
  value: Value | undefined;
  onValueChange: (value: Value) => void;
  options: readonly SelectOption<Value>[];
  placeholder?: string;
  disabled?: boolean;
  /** Accessible name where there is no `Field` around it. */
  label?: string;
  id?: string;
  name?: string;
  size?: "sm" | "md";
  className?: string;
};

/** One of a few known values. The values must not be empty strings. */
export function Select<Value extends string>({
  value,
  onValueChange,
  options,
  placeholder = "Choose…",
  disabled,
  label,
  id,
  name,
  size = "md",
  className,
}: SelectProps<Value>) {
  const { "aria-required": _required, ...wiring } = useFieldWiring({ id });
  return (
    <Primitive.Root
      {...(value === undefined ? {} : { value })}
      onValueChange={(next) => {
        const option = options.find((candidate) => candidate.value === next);
        if (option) onValueChange(option.value);
      }}
      disabled={disabled ?? false}
      {...(name === undefined ? {} : { name })}
    >
      <Primitive.Trigger
        {...wiring}
        aria-label={label}
        className={cn(
          controlStyles,
          "inline-flex items-center justify-between gap-2 pr-2 pl-2.5 text-left data-[placeholder]:text-subtle",
          size === "sm" ? "h-7 text-sm" : "h-8 narrow:h-10",
          className,
        )}
      >
        <span className="truncate">
          <Primitive.Value placeholder={placeholder} />
        </span>
        <Primitive.Icon className="text-subtle">
          <ChevronDown className="size-4" aria-hidden="true" />
        </Primitive.Icon>
      </Primitive.Trigger>
      <Primitive.Portal>
        <Primitive.Content
          position="popper"
          sideOffset={4}
          collisionPadding={8}
          className="z-50 max-h-(--radix-select-content-available-height) min-w-(--radix-select-trigger-width) max-w-96 animate-pop overflow-hidden rounded-md bg-raised p-1 shadow-pop"
        >
          <Primitive.Viewport>
            {options.map((option) => (
              <Primitive.Item
                key={option.value}
                value={option.value}
                disabled={option.disabled ?? false}
                className="relative flex cursor-default flex-col rounded-sm py-1.5 pr-3 pl-7 outline-none select-none data-[disabled]:text-subtle data-[highlighted]:bg-hover"
              >
                <Primitive.ItemIndicator className="absolute top-2 left-2 text-accent">
                  <Check className="size-3.5" aria-hidden="true" />
                </Primitive.ItemIndicator>
                <Primitive.ItemText>{option.label}</Primitive.ItemText>
                {option.hint ? <span className="text-sm text-subtle">{option.hint}</span> : null}
              </Primitive.Item>
            ))}
          </Primitive.Viewport>
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
