import { cn } from "@/lib/cn";
import { CopyButton } from "./copy-button";

/** A content digest: its first twelve hex digits, the whole of it in the title and in the clipboard. */
export function Digest({ value, copy = true, className }: { value: string; copy?: boolean; className?: string }) {
  const hex = value.includes(":") ? value.slice(value.indexOf(":") + 1) : value;
  return (
    <span className={cn("group/digest inline-flex items-center gap-0.5 whitespace-nowrap", className)}>
      <code title={value} className="text-sm">
        {hex.slice(0, 12)}
      </code>
      {copy ? (
        <CopyButton
          text={value}
          label="Copy digest"
          className="size-6 text-subtle opacity-0 focus-visible:opacity-100 group-hover/digest:opacity-100 [@media(hover:none)]:opacity-100 [&_svg]:size-3.5"
        />
      ) : null}
    </span>
  );
}
