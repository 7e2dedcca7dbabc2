import { cn } from "@/lib/cn";
import { CopyButton } from "./copy-button";

/** Commands or text to take along, with a copy button. Long lines scroll inside. */
export function CopyBlock({ code, label, className }: { code: string; label: string; className?: string }) {
  return (
    <figure className={cn("flex items-start rounded-md border border-rule bg-sunken", className)} aria-label={label}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <pre tabIndex={0} className="min-w-0 flex-1 overflow-x-auto py-2.5 pl-3 text-sm leading-5">
        <code>{code}</code>
      </pre>
      <CopyButton text={code} label={`Copy ${label}`} className="m-1.5 shrink-0" />
    </figure>
  );
}
