import Link from "next/link";
import type { ReactNode } from "react";
import { OperationNav } from "@/components/api-docs/operation-nav";
import { Logo } from "@/components/ui/logo";
import { openApiDocument } from "@/contracts/openapi";

/** The API for reading: for everybody, since it says nothing of anybody. */
export default function ApiDocsLayout({ children }: { children: ReactNode }) {
  const { paths, tags } = openApiDocument();
  const areas = tags.map(({ name }) => name);
  const operations = Object.entries(paths)
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(
        ([
          method,
          {
            operationId: id,
            summary,
            tags: [area = ""],
          },
        ]) => ({
          ...{ id, method: method.toUpperCase(), path, summary, area },
        }),
      ),
    )
    .sort((a, b) => areas.indexOf(a.area) - areas.indexOf(b.area));
  return (
    <div className="flex min-h-dvh flex-col wide:flex-row-reverse">
      <div className="min-w-0 flex-1">
        <header className="flex flex-wrap items-center gap-x-5 gap-y-1 border-rule border-b px-4 py-3 wide:px-8">
          <Link href="/" aria-label="Reclaim, to the console" className="rounded-sm">
            <Logo />
          </Link>
          <Link href="/docs/api" className="rounded-sm text-muted hover:text-ink hover:underline">
            API
          </Link>
          <a href="/api/v1/openapi.json" className="rounded-sm text-muted hover:text-ink hover:underline">
            OpenAPI document
          </a>
        </header>
        <main className="max-w-4xl px-4 py-5 wide:px-8">{children}</main>
      </div>
      <OperationNav operations={operations} />
    </div>
  );
}
