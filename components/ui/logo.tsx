import { cn } from "@/lib/cn";

/** The mark: layers of an image, one of them lifted out of the stack. Decorative beside the name. */
export function LogoMark({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 24 24" className={cn("size-6 shrink-0", className)} aria-hidden="true" focusable="false">
      <g fill="currentColor">
        <rect x="2" y="17" width="20" height="4" rx="1" />
        <rect x="2" y="11" width="20" height="4" rx="1" />
        <rect x="2" y="5" width="8" height="4" rx="1" />
      </g>
      <rect x="12" y="2" width="10" height="4" rx="1" className="fill-accent" />
    </svg>
  );
}

/** Mark and name. */
export function Logo({ className }: { className?: string }) {
  return (
    <span className={cn("inline-flex items-center gap-2 font-semibold text-lg tracking-[-0.02em]", className)}>
      <LogoMark className="size-5" />
      Reclaim
    </span>
  );
}
