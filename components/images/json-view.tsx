"use client";

import type { ReactNode } from "react";

const ITEMS_SHOWN = 200;
const DEPTH_MAX = 20;

/** JSON to look into: objects and lists fold. Nothing in it is trusted; everything is shown as text, and long lists are cut. */
export function JsonView({ value, label }: { value: unknown; label: string }) {
  return (
    <section
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
      tabIndex={0}
      className="max-h-[480px] overflow-auto rounded-md border border-rule bg-sunken px-3 py-2 font-mono text-sm leading-5"
    >
      <Node value={value} name={null} depth={0} isLast />
    </section>
  );
}

function Node({ value, name, depth, isLast }: { value: unknown; name: string | null; depth: number; isLast: boolean }) {
  const head = name === null ? null : <span className="text-accent">{JSON.stringify(name)}: </span>;
  const comma = isLast ? "" : ",";
  const isList = Array.isArray(value);
  if (typeof value !== "object" || value === null) {
    return (
      <div className="[overflow-wrap:anywhere]">
        {head}
        <Scalar value={value} />
        {comma}
      </div>
    );
  }
  const entries: [string | null, unknown][] = isList ? value.map((item) => [null, item]) : Object.entries(value);
  const [open, close] = isList ? "[]" : "{}";
  if (entries.length === 0 || depth >= DEPTH_MAX) {
    return (
      <div>
        {head}
        {entries.length === 0 ? `${open}${close}` : `${open} … ${close}`}
        {comma}
      </div>
    );
  }
  return (
    <details open={depth < 3}>
      <summary className="cursor-pointer list-none hover:bg-hover [&::-webkit-details-marker]:hidden">
        {head}
        {open}
        <span className="text-subtle [[open]>summary>&]:hidden">
          {" "}
          {entries.length} {close}
          {comma}
        </span>
      </summary>
      <div className="border-rule border-l pl-4">
        {entries.slice(0, ITEMS_SHOWN).map(([key, item], index) => (
          <Node key={key ?? index} name={key} value={item} depth={depth + 1} isLast={index === entries.length - 1} />
        ))}
        {entries.length > ITEMS_SHOWN ? (
          <div className="text-subtle">… {entries.length - ITEMS_SHOWN} more: copy the manifest to see them</div>
        ) : null}
      </div>
      <div>
        {close}
        {comma}
      </div>
    </details>
  );
}

function Scalar({ value }: { value: unknown }): ReactNode {
  if (typeof value === "string") return <span>{JSON.stringify(value)}</span>;
  return <span className="text-info">{String(value)}</span>;
}
