"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import type { ReactNode } from "react";
import { activeHref } from "@/components/ui/active-href";
import { cn } from "@/lib/cn";

export type NavItem = {
  href: string;
  label: string;
  /** A rendered icon (an element, so that a server component may pass it). */
  icon: ReactNode;
  badge?: ReactNode;
};

/** The places of a workspace; the present one is the longest link that the path lies in. */
export function NavList({ items, onNavigate }: { items: readonly NavItem[]; onNavigate?: () => void }) {
  const pathname = usePathname();
  const active = activeHref(
    pathname,
    items.map((item) => item.href),
  );
  return (
    <ul className="flex flex-col gap-px">
      {items.map((item) => {
        const isActive = item.href === active;
        return (
          <li key={item.href}>
            <Link
              href={item.href}
              onClick={onNavigate}
              aria-current={isActive ? "page" : undefined}
              className={cn(
                "relative flex h-8 items-center gap-2.5 rounded-md px-2 compact:h-10 [&>svg]:size-4 [&>svg]:shrink-0",
                isActive
                  ? "bg-surface font-medium text-ink shadow-[0_0_0_1px_var(--rule)] [&>svg]:text-accent"
                  : "text-muted hover:bg-hover hover:text-ink [&>svg]:text-subtle",
              )}
            >
              {item.icon}
              <span className="min-w-0 flex-1 truncate">{item.label}</span>
              {item.badge !== undefined ? <span className="text-sm text-subtle tabular-nums">{item.badge}</span> : null}
            </Link>
          </li>
        );
      })}
    </ul>
  );
}
