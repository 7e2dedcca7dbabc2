"use client";

import { cronInWords, nextCronRuns } from "@/lib/cron";
import { formatRelative } from "@/lib/dates";
import { useNow } from "../ui/use-now";
import { clockChangeNote, wallClock } from "./clock-change";

const TICK_MS = 30_000;

/** The next five runs of a valid schedule, on the clock of its zone, and what the next change of clocks does to it. */
export function NextRuns({ expression, timeZone }: { expression: string; timeZone: string }) {
  const now = useNow(TICK_MS);
  if (now === undefined) return null;
  const runs = nextCronRuns({ expression, timeZone }, now, 5);
  const note = clockChangeNote({ expression, timeZone }, now);
  return (
    <div aria-live="polite" className="flex flex-col gap-2 border-rule-strong border-l-2 pl-4">
      <p className="font-medium">{cronInWords({ expression, timeZone })}</p>
      <div>
        <p className="text-sm text-subtle">The next five runs, by the clock in {timeZone}</p>
        <ol className="grid w-fit grid-cols-[auto_auto_auto] gap-x-4 tabular-nums narrow:grid-cols-[auto_auto]">
          {runs.map((at) => (
            <li key={at} className="contents">
              <time dateTime={new Date(at).toISOString()}>{zoned(at, timeZone)}</time>
              <span className="text-subtle narrow:hidden">{offsetText(wallClock(timeZone, at).offsetMinutes)}</span>
              <span className="text-subtle">{formatRelative(now, at)}</span>
            </li>
          ))}
        </ol>
      </div>
      {note ? <p className="text-muted text-sm">{note}</p> : null}
      <p className="text-sm text-subtle">
        A time that passes while the console is away is made up for once, within 24 hours.
      </p>
    </div>
  );
}

/** A moment on the clock of a zone: "Sun 22 Nov 2026, 03:00". Throws a RangeError for an unknown zone. */
export function zoned(at: number, timeZone: string): string {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).formatToParts(at);
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((each) => each.type === type)?.value ?? "";
  return `${part("weekday")} ${part("day")} ${part("month")} ${part("year")}, ${part("hour")}:${part("minute")}`;
}

/** "UTC+1", "UTC−3:30", "UTC". */
function offsetText(minutes: number): string {
  if (minutes === 0) return "UTC";
  const rest = Math.abs(minutes) % 60;
  return `UTC${minutes < 0 ? "−" : "+"}${Math.floor(Math.abs(minutes) / 60)}${rest === 0 ? "" : `:${String(rest).padStart(2, "0")}`}`;
}
