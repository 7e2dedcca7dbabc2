import Link from "next/link";
import { cn } from "@/lib/cn";

export type Crumb = { label: string; href?: string };

/** The way from the top to this page; the last one is the page itself. */
export function Breadcrumbs({ items, className }: { items: readonly Crumb[]; className?: string }) {
  return (
    <nav aria-label="Breadcrumb" className={className}>
      <ol className="flex min-w-0 flex-wrap items-center gap-x-1.5 text-sm text-subtle">
        {items.map((item, index) => {
          const isLast = index === items.length - 1;
          return (
            <li key={`${item.label}-${item.href ?? index}`} className="flex min-w-0 items-center gap-x-1.5">
              {item.href !== undefined && !isLast ? (
                <Link href={item.href} className="truncate hover:text-ink hover:underline">
                  {item.label}
                </Link>
              ) : (
                <span className={cn("truncate", isLast && "text-muted")} aria-current={isLast ? "page" : undefined}>
                  {item.label}
                </span>
              )}
              {isLast ? null : (
                <span aria-hidden="true" className="text-rule-strong">
                  /
                </span>
              )}
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
