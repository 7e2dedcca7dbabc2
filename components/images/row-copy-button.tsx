"use client";

import { Check, Copy } from "lucide-react";
import { useState } from "react";
import { cn } from "@/lib/cn";

const TICK_MS = 1600;

/**
 * Copies `text` from inside a row. Lighter than the general copy button, whose tooltip of its own is too much for rows that come
 * and go by the dozen while scrolling: this one is named by its title.
 */
export function RowCopyButton({ text, label, className }: { text: string; label: string; className?: string }) {
  const [isCopied, setIsCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setIsCopied(true);
    setTimeout(() => setIsCopied(false), TICK_MS);
  };
  const Icon = isCopied ? Check : Copy;
  return (
    <button
      type="button"
      title={isCopied ? "Copied" : label}
      aria-label={isCopied ? "Copied" : label}
      tabIndex={-1}
      onClick={() => void copy()}
      className={cn(
        "inline-flex size-6 shrink-0 items-center justify-center rounded-sm text-subtle hover:bg-rule hover:text-ink",
        "opacity-0 focus-visible:opacity-100 group-hover/row:opacity-100 [@media(hover:none)]:opacity-100",
        className,
      )}
    >
      <Icon className={cn("size-3.5", isCopied && "text-accent")} aria-hidden="true" />
    </button>
  );
}
