import { cn } from "@/lib/cn";

export type Part = { text: string; isFound: boolean; at: number };

/** A name cut at what a pattern found of it. Spans (start, end exclusive, UTF-16 units) may overlap or be out of order. */
export function partsOf(name: string, spans: readonly (readonly [number, number])[]): Part[] {
  const parts: Part[] = [];
  let done = 0;
  const take = (end: number, isFound: boolean) => {
    if (end > done) parts.push({ text: name.slice(done, end), isFound, at: done });
    done = Math.max(done, end);
  };
  for (const [from, to] of [...spans].sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
    take(Math.min(from, name.length), false);
    take(Math.min(to, name.length), true);
  }
  take(name.length, false);
  return parts;
}

/** A name in which what a pattern found is set apart, by weight and ground, not by colour alone. */
export function Highlighted({
  name,
  spans,
  className,
}: {
  name: string;
  spans: readonly (readonly [number, number])[];
  className?: string;
}) {
  return (
    <code className={cn("[overflow-wrap:anywhere]", className)}>
      {partsOf(name, spans).map(({ text, isFound, at }) =>
        isFound ? (
          <mark key={at} className="rounded-[2px] bg-accent-soft font-medium text-ink underline decoration-accent-rule">
            {text}
          </mark>
        ) : (
          <span key={at}>{text}</span>
        ),
      )}
    </code>
  );
}
