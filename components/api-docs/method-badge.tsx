import { cn } from "@/lib/cn";

const TONES: Record<string, string> = { GET: "text-muted", DELETE: "text-danger" };

/** The method of an operation, as wide as the widest, so that names are in line. */
export function MethodBadge({ method, className }: { method: string; className?: string }) {
  return (
    <span className={cn("w-12 shrink-0 font-medium font-mono text-xs", TONES[method] ?? "text-accent", className)}>
      {method}
    </span>
  );
}
