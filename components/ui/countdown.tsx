"use client";

import { formatClock, formatDateTime } from "@/lib/dates";
import { useNow } from "./use-now";

/** The time that is left until `until` (ISO), counting down each second: "0:42". When it is over it says `done`. */
export function Countdown({ until, done = "now", className }: { until: string; done?: string; className?: string }) {
  const now = useNow(1000);
  const leftMs = now === undefined ? undefined : Date.parse(until) - now;
  return (
    <time dateTime={until} title={formatDateTime(until, { seconds: true })} className={className}>
      {leftMs === undefined ? "–:––" : leftMs > 0 ? formatClock(leftMs) : done}
    </time>
  );
}
