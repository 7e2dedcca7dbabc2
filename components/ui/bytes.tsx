import { formatBytes, formatExactBytes } from "@/lib/bytes";
import { cn } from "@/lib/cn";

/** A size: short to read, exact in the title. `about` marks an estimate, because no number on screen is a silent guess. */
export function Bytes({
  value,
  about = false,
  className,
}: {
  value: number | null;
  about?: boolean;
  className?: string;
}) {
  if (value === null) return <span className={cn("text-subtle", className)}>unknown</span>;
  return (
    <span title={formatExactBytes(value)} className={cn("whitespace-nowrap tabular-nums", className)}>
      {about ? "about " : ""}
      {formatBytes(value)}
    </span>
  );
}
