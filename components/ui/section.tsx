import { type ReactNode, useId } from "react";
import { cn } from "@/lib/cn";

export type SectionProps = {
  title: ReactNode;
  description?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  className?: string;
};

/** A part of a page under its own heading and a hairline: what other designs put in a card. */
export function Section({ title, description, actions, children, className }: SectionProps) {
  const id = useId();
  return (
    <section aria-labelledby={id} className={cn("border-rule pb-7 [section+&]:border-t [section+&]:pt-5", className)}>
      <div
        className={cn(
          "flex min-h-8 flex-wrap justify-between gap-x-6 gap-y-2 pb-3",
          description ? "items-start" : "items-center",
        )}
      >
        <div className="min-w-0">
          <h2 id={id} className="font-semibold text-md">
            {title}
          </h2>
          {description ? <p className="max-w-prose text-muted">{description}</p> : null}
        </div>
        {actions ? <div className="flex flex-wrap items-center gap-2">{actions}</div> : null}
      </div>
      {children}
    </section>
  );
}
