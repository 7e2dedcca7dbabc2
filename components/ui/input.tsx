"use client";

import { Search, X } from "lucide-react";
import { type ComponentProps, type ReactNode, useRef } from "react";
import { cn } from "@/lib/cn";
import { useFieldWiring } from "./field";

/** The edge, ground and states that every text-like control shares. */
export const controlStyles = cn(
  "w-full min-w-0 rounded-md border border-control bg-surface text-ink text-base narrow:text-lg",
  "transition-colors duration-100 hover:border-muted",
  "focus-visible:border-focus focus-visible:outline-2 focus-visible:outline-focus focus-visible:-outline-offset-1",
  "aria-invalid:border-danger disabled:cursor-not-allowed disabled:border-rule-strong disabled:bg-sunken disabled:text-subtle",
);

export type InputProps = ComponentProps<"input"> & {
  /** Monospaced, for tags, digests, patterns and prefixes. */
  mono?: boolean;
  /** A fixed text inside the control before or after the value, for example a unit. */
  prefix?: ReactNode;
  suffix?: ReactNode;
};

/** A one-line text control. Inside a `Field` it is labelled and described by it. */
export function Input({ className, mono, prefix, suffix, id, "aria-describedby": describedBy, ...rest }: InputProps) {
  const wiring = useFieldWiring({ id, "aria-describedby": describedBy });
  const input = (
    <input
      className={cn(
        controlStyles,
        "h-8 px-2.5 read-only:bg-sunken narrow:h-10",
        mono && "font-mono",
        prefix !== undefined && "pl-8",
        suffix !== undefined && "pr-14",
        className,
      )}
      {...wiring}
      {...rest}
    />
  );
  if (prefix === undefined && suffix === undefined) return input;
  return (
    <span className="relative flex min-w-0 items-center">
      {prefix !== undefined ? (
        <span className="pointer-events-none absolute left-2.5 flex text-subtle [&_svg]:size-4">{prefix}</span>
      ) : null}
      {input}
      {suffix !== undefined ? (
        <span className="absolute right-2.5 flex items-center text-sm text-subtle">{suffix}</span>
      ) : null}
    </span>
  );
}

export type SearchInputProps = {
  /** Accessible name; also the placeholder unless another is given. */
  label: string;
  value: string;
  onValueChange: (value: string) => void;
  placeholder?: string;
  className?: string;
};

// What the API takes; a longer text would be answered with an error instead of "nothing matches".
const SEARCH_MAX = 200;

/** A search box with a clear button; Escape clears it. */
export function SearchInput({ label, value, onValueChange, placeholder = label, className }: SearchInputProps) {
  const ref = useRef<HTMLInputElement>(null);
  const clear = () => {
    onValueChange("");
    ref.current?.focus();
  };
  return (
    <span className={cn("relative flex w-64 min-w-0 items-center narrow:w-full", className)}>
      <Search className="pointer-events-none absolute left-2.5 size-4 text-subtle" aria-hidden="true" />
      <input
        ref={ref}
        type="search"
        maxLength={SEARCH_MAX}
        aria-label={label}
        placeholder={placeholder}
        value={value}
        onChange={(event) => onValueChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape" && value !== "") {
            event.preventDefault();
            clear();
          }
        }}
        className={cn(controlStyles, "h-8 pr-8 pl-8 narrow:h-10 [&::-webkit-search-cancel-button]:hidden")}
      />
      {value !== "" ? (
        <button
          type="button"
          aria-label="Clear search"
          onClick={clear}
          className="absolute right-1 flex size-6 items-center justify-center rounded-sm text-subtle hover:bg-hover hover:text-ink"
        >
          <X className="size-3.5" aria-hidden="true" />
        </button>
      ) : null}
    </span>
  );
}
