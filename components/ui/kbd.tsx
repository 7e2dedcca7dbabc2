import type { ReactNode } from "react";

/** A key on the keyboard. */
export function Kbd({ children }: { children: ReactNode }) {
  return (
    <kbd className="inline-flex h-[18px] min-w-[18px] items-center justify-center rounded-sm border border-rule-strong border-b-2 bg-surface px-1 text-muted text-xs">
      {children}
    </kbd>
  );
}
