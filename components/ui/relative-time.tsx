"use client";

import { formatDate, formatDateTime, formatRelative } from "@/lib/dates";
import { useNow } from "./use-now";

/** How long ago or ahead a moment (ISO) is; the exact time is in the title. `null` reads `none`. */
export function RelativeTime({
  at,
  none = "never",
  className,
}: {
  at: string | null;
  none?: string;
  className?: string;
}) {
  const now = useNow(30_000);
  if (at === null) return <span className={className}>{none}</span>;
  return (
    <time dateTime={at} title={formatDateTime(at, { seconds: true })} className={className}>
      {now === undefined ? formatDate(at) : formatRelative(now, at)}
    </time>
  );
}
