"use client";

import { cn } from "@/lib/cn";
import { formatDateTime } from "@/lib/dates";
import { useNow } from "../ui/use-now";

const HOUR_MS = 3_600_000;
const SOON_DAYS = 3;

/** How long an entry can still be restored, counting down; a warning in its last days. */
export function DaysLeft({ until }: { until: string | null }) {
  const now = useNow(60_000);
  if (until === null) return <span className="text-subtle">not set</span>;
  const leftMs = now === undefined ? undefined : Date.parse(until) - now;
  const isSoon = leftMs !== undefined && leftMs < SOON_DAYS * 24 * HOUR_MS;
  return (
    <time
      dateTime={until}
      title={`Purged after ${formatDateTime(until)}`}
      className={cn("tabular-nums", isSoon && "text-warning")}
    >
      {leftMs === undefined ? "–" : leftText(leftMs)}
    </time>
  );
}

/** "12 days", "5 hours", "due". Days are rounded up, so that what was recycled just now for 30 days says so; hours down. */
export function leftText(leftMs: number): string {
  if (leftMs <= 0) return "due";
  const hours = Math.floor(leftMs / HOUR_MS);
  if (hours < 1) return "under an hour";
  if (hours < 48) return `${hours} hour${hours === 1 ? "" : "s"}`;
  return `${Math.ceil(leftMs / (24 * HOUR_MS))} days`;
}
