import { cva, type VariantProps } from "class-variance-authority";
import type { ReactNode } from "react";
import { cn } from "@/lib/cn";

const pillStyles = cva("inline-flex items-center gap-1.5 whitespace-nowrap text-sm leading-5", {
  variants: {
    tone: {
      neutral: "text-muted",
      positive: "text-accent",
      warning: "text-warning",
      danger: "text-danger",
      info: "text-info",
      progress: "text-accent",
    },
    look: {
      soft: "h-5 rounded-full border px-2",
      plain: "text-base leading-5",
    },
  },
  compoundVariants: [
    { look: "soft", tone: "neutral", className: "border-rule-strong bg-sunken" },
    { look: "soft", tone: ["positive", "progress"], className: "border-accent-rule bg-accent-soft" },
    { look: "soft", tone: "warning", className: "border-warning-rule bg-warning-soft" },
    { look: "soft", tone: "danger", className: "border-danger-rule bg-danger-soft" },
    { look: "soft", tone: "info", className: "border-info-rule bg-info-soft" },
  ],
  defaultVariants: { tone: "neutral", look: "soft" },
});

export type StatusTone = NonNullable<VariantProps<typeof pillStyles>["tone"]>;

export type StatusPillProps = {
  tone: StatusTone;
  /** The state in words; colour alone never says it. */
  children: ReactNode;
  /** `soft` with a ground (headers), `plain` without (inside dense tables). */
  look?: "soft" | "plain";
  className?: string;
};

/** The state of something: a dot and a word. `progress` breathes. */
export function StatusPill({ tone, children, look = "soft", className }: StatusPillProps) {
  return (
    <span className={cn(pillStyles({ tone, look }), className)}>
      <span
        aria-hidden="true"
        className={cn(
          "size-1.5 shrink-0 rounded-full bg-current",
          tone === "progress" && "animate-breathe",
          tone === "neutral" && "bg-transparent ring-1 ring-current",
        )}
      />
      {children}
    </span>
  );
}

/** A short fact about something (a role, a kind, "multi-arch"), or a tag's name with `mono`. */
export function Badge({
  tone = "neutral",
  mono = false,
  children,
  className,
}: {
  tone?: Exclude<StatusTone, "progress">;
  mono?: boolean;
  children: ReactNode;
  className?: string;
}) {
  return (
    <span
      className={cn(
        pillStyles({ tone, look: "soft" }),
        "max-w-full rounded-sm px-1.5",
        mono && "font-mono text-xs text-ink",
        className,
      )}
    >
      <span className="truncate">{children}</span>
    </span>
  );
}
