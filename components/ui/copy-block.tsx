import { cn } from "@/lib/cn";
import { CopyButton } from "./copy-button";

/** Commands or text to take along, with a copy button. Long lines scroll inside. */
export function CopyBlock({ code, label, className }: { code: string; label: string; className?: string }) {
  return (
    <figure className={cn("relative rounded-md border border-rule bg-sunken", className)} aria-label={label}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <pre tabIndex={0} className="overflow-x-auto py-2.5 pr-12 pl-3 text-sm leading-5">
        <code>{code}</code>
      </pre>
      <CopyButton text={code} label={`Copy ${label}`} className="absolute top-1.5 right-1.5 bg-sunken" />
    </figure>
  );
}
