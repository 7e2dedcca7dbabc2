import { AlertTriangle, CircleCheck, Info, OctagonAlert } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "@/lib/cn";

export type CalloutTone = "info" | "positive" | "warning" | "danger";

/** Icon, edge and ground of each tone, shared by callout and banner. */
export const TONE_LOOK = {
  info: { Icon: Info, ground: "border-info-rule bg-info-soft/55", text: "text-info" },
  positive: { Icon: CircleCheck, ground: "border-accent-rule bg-accent-soft/55", text: "text-accent" },
  warning: { Icon: AlertTriangle, ground: "border-warning-rule bg-warning-soft/55", text: "text-warning" },
  danger: { Icon: OctagonAlert, ground: "border-danger-rule bg-danger-soft/55", text: "text-danger" },
} as const;

export type CalloutProps = {
  tone?: CalloutTone;
  title?: ReactNode;
  children?: ReactNode;
  action?: ReactNode;
  /** Announced when it appears; for results of what the user has just done. */
  live?: boolean;
  className?: string;
};

/** A remark beside the content that it is about. */
export function Callout({ tone = "info", title, children, action, live = false, className }: CalloutProps) {
  const { Icon, ground, text } = TONE_LOOK[tone];
  return (
    <div
      role={live ? "alert" : undefined}
      className={cn("flex items-start gap-2.5 rounded-md border px-3 py-2.5", ground, className)}
    >
      <Icon className={cn("mt-0.5 size-4 shrink-0", text)} aria-hidden="true" />
      <div className="min-w-0 flex-1 text-ink">
        {title ? <p className="font-medium">{title}</p> : null}
        {children ? <div className="text-muted [overflow-wrap:anywhere]">{children}</div> : null}
      </div>
      {action ? <div className="shrink-0">{action}</div> : null}
    </div>
  );
}
