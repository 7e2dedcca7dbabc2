import { cn } from "@/lib/cn";

/** A grey line in the place of text that is still loading. Hidden from assistive technology: the region says `aria-busy`. */
export function Skeleton({ className }: { className?: string }) {
  return (
    <span
      aria-hidden="true"
      className={cn("block h-3 w-24 max-w-full animate-shimmer rounded-sm bg-rule", className)}
    />
  );
}
