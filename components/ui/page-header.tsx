import type { ReactNode } from "react";
import { cn } from "@/lib/cn";
import { Breadcrumbs, type Crumb } from "./breadcrumbs";

export type PageHeaderProps = {
  title: ReactNode;
  description?: ReactNode;
  breadcrumbs?: readonly Crumb[];
  /** Buttons at the right; below the title on a narrow screen. */
  actions?: ReactNode;
  /** Beside the title: a status pill, a badge. */
  status?: ReactNode;
  className?: string;
};

/** The head of a page: where we are, what this is, what can be done. Holds the page's only h1. */
export function PageHeader({ title, description, breadcrumbs, actions, status, className }: PageHeaderProps) {
  return (
    <header className={cn("flex flex-col gap-1.5 pb-5", className)}>
      {breadcrumbs ? <Breadcrumbs items={breadcrumbs} /> : null}
      <div className="flex items-start justify-between gap-x-6 gap-y-3 narrow:flex-col">
        <div className="min-w-0">
          <div className="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-1">
            <h1 className="min-w-0 font-semibold text-xl tracking-[-0.01em] [overflow-wrap:anywhere]">{title}</h1>
            {status}
          </div>
          {description ? <p className="mt-0.5 max-w-prose text-muted">{description}</p> : null}
        </div>
        {actions ? <div className="flex shrink-0 flex-wrap items-center gap-2">{actions}</div> : null}
      </div>
    </header>
  );
}
