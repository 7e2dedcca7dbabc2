import type { ReactNode } from "react";
import { cn } from "@/lib/cn";
import { type CalloutTone, TONE_LOOK } from "./callout";

export type BannerProps = {
  tone?: CalloutTone;
  title: ReactNode;
  children?: ReactNode;
  /** A link or a button at the end. */
  action?: ReactNode;
};

/** A state of the whole registry, over the full width: for example read-only while garbage is collected. Polite: it does not interrupt. */
export function Banner({ tone = "info", title, children, action }: BannerProps) {
  const { Icon, ground, text } = TONE_LOOK[tone];
  return (
    <div
      role="status"
      className={cn("flex items-center gap-x-3 gap-y-1 border-b px-8 py-2 compact:px-4 narrow:flex-wrap", ground)}
    >
      <Icon className={cn("size-4 shrink-0", text)} aria-hidden="true" />
      <p className="min-w-0 flex-1 narrow:basis-[calc(100%-28px)]">
        <strong className="font-semibold">{title}</strong>
        {children ? <span className="text-muted"> {children}</span> : null}
      </p>
      {action ? <div className="shrink-0 narrow:pl-7">{action}</div> : null}
    </div>
  );
}
