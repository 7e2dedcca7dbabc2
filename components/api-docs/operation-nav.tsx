"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { useEffect, useRef, useState } from "react";
import { SearchInput } from "@/components/ui/input";
import { cn } from "@/lib/cn";
import { MethodBadge } from "./method-badge";

interface ListedOperation {
  id: string;
  method: string;
  path: string;
  summary: string;
  area: string;
}

/** Every operation by area, with a search; `/` goes there. On a narrow screen it is the page itself where none is open. */
export function OperationNav({ operations }: { operations: readonly ListedOperation[] }) {
  const pathname = usePathname();
  const [search, setSearch] = useState("");
  const box = useRef<HTMLDivElement>(null);
  const words = search.toLowerCase().split(/\s+/);
  const found = operations.filter(({ id, path, summary }) => {
    const text = `${id} ${path} ${summary}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const areas = [...new Set(found.map(({ area }) => area))];

  // Outside system: the keyboard, wherever the focus is.
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const isTyping =
        event.target instanceof HTMLElement && event.target.closest("input, textarea, [contenteditable]");
      if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      box.current?.querySelector("input")?.focus();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);

  return (
    <nav
      aria-label="Operations"
      className={cn(
        "flex flex-col border-rule wide:sticky wide:top-0 wide:h-dvh wide:w-80 wide:shrink-0 wide:border-r wide:bg-sunken",
        pathname !== "/docs/api" && "compact:hidden",
      )}
    >
      <div ref={box} className="px-4 pt-4 pb-2">
        <SearchInput label="Search operations" value={search} onValueChange={setSearch} className="w-full" />
        <p role="status" className="mt-1.5 text-sm text-subtle">
          {found.length === operations.length
            ? `${operations.length} operations`
            : `${found.length} of ${operations.length}`}
        </p>
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto px-2 pb-6">
        {areas.length === 0 ? <p className="px-2 text-muted">No operation has these words.</p> : null}
        {areas.map((area) => (
          <section key={area} aria-label={area} className="pt-3">
            <h2 className="px-2 pb-1 font-medium text-sm text-subtle">{area}</h2>
            <ul>
              {found
                .filter((operation) => operation.area === area)
                .map(({ id, method, summary }) => {
                  const href = `/docs/api/${id}`;
                  return (
                    <li key={id}>
                      <Link
                        href={href}
                        prefetch={false}
                        title={summary}
                        aria-current={pathname === href ? "page" : undefined}
                        className="flex items-center gap-2 rounded-md px-2 py-1 hover:bg-hover aria-[current=page]:bg-selected narrow:py-2"
                      >
                        <MethodBadge method={method} />
                        <span className="min-w-0 truncate">{id}</span>
                      </Link>
                    </li>
                  );
                })}
            </ul>
          </section>
        ))}
      </div>
    </nav>
  );
}
