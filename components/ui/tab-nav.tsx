"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { type ReactNode, useEffect, useRef } from "react";
import { cn } from "@/lib/cn";
import { activeHref } from "./active-href";

export type TabNavProps = {
  /** Accessible name of the navigation. */
  label: string;
  tabs: readonly { href: string; label: string; count?: ReactNode }[];
  className?: string;
};

/** Tabs that are routes: links, the active one by the path. On a narrow screen they scroll inside their own line. */
export function TabNav({ label, tabs, className }: TabNavProps) {
  const pathname = usePathname();
  const active = activeHref(
    pathname,
    tabs.map((tab) => tab.href),
  );
  const activeRef = useRef<HTMLAnchorElement>(null);
  // Outside system: the scroll position of the line, so that a tab reached by a deep link is in view.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the element behind the ref changes with the active tab
  useEffect(() => {
    const tab = activeRef.current;
    const line = tab?.closest("ul");
    if (tab && line) line.scrollLeft = tab.offsetLeft - (line.clientWidth - tab.offsetWidth) / 2;
  }, [active]);
  return (
    <nav aria-label={label} className={cn("border-rule border-b", className)}>
      <ul className="-mb-px flex gap-5 overflow-x-auto [scrollbar-width:none] compact:gap-4">
        {tabs.map((tab) => {
          const isActive = tab.href === active;
          return (
            <li key={tab.href} className="shrink-0">
              <Link
                ref={isActive ? activeRef : undefined}
                href={tab.href}
                aria-current={isActive ? "page" : undefined}
                className={cn(
                  "flex h-9 items-center gap-1.5 whitespace-nowrap border-b-2 text-base focus-visible:-outline-offset-2",
                  isActive
                    ? "border-accent font-medium text-ink"
                    : "border-transparent text-muted hover:border-rule-strong hover:text-ink",
                )}
              >
                {tab.label}
                {tab.count !== undefined ? (
                  <span className="font-normal text-sm text-subtle tabular-nums">{tab.count}</span>
                ) : null}
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
