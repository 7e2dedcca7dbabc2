"use client";

import { ToggleGroup } from "radix-ui";
import type { ReactNode } from "react";

/** A few exclusive views of one list, side by side; the arrows move between them. */
export function ChoiceChips<Value extends string>({
  label,
  value,
  onValueChange,
  options,
}: {
  label: string;
  value: Value;
  onValueChange: (value: Value) => void;
  options: readonly { value: Value; label: ReactNode }[];
}) {
  return (
    <ToggleGroup.Root
      type="single"
      aria-label={label}
      value={value}
      onValueChange={(next) => {
        const option = options.find((candidate) => candidate.value === next);
        if (option) onValueChange(option.value);
      }}
      className="inline-flex w-fit max-w-full overflow-x-auto rounded-md border border-rule-strong bg-surface p-0.5 [scrollbar-width:none]"
    >
      {options.map((option) => (
        <ToggleGroup.Item
          key={option.value}
          value={option.value}
          className="h-6.5 whitespace-nowrap rounded-sm px-2.5 text-base text-muted transition-colors hover:text-ink focus-visible:-outline-offset-2 data-[state=on]:bg-selected data-[state=on]:font-medium data-[state=on]:text-ink"
        >
          {option.label}
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  );
}
