"use client";

import { formatDate, formatDateTime, formatRelative } from "@/lib/dates";
import { useNow } from "./use-now";

const TICK_MS = 30_000;

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
  const now = useNow(TICK_MS);
  if (at === null) return <span className={className}>{none}</span>;
  return (
    <time dateTime={at} title={formatDateTime(at, { seconds: true })} className={className}>
      {now === undefined ? formatDate(at) : formatRelative(notBefore(now, at), at)}
    </time>
  );
}

/** Between two ticks the clock is up to half a minute behind: what has just happened would seem to lie ahead. */
function notBefore(now: number, at: string): number {
  const aheadMs = Date.parse(at) - now;
  return aheadMs > 0 && aheadMs <= TICK_MS ? now + aheadMs : now;
}
