import { formatDate } from "@/lib/dates";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const TIME_STEPS = [1, 3, 6, 12, 24, 48, 168, 336, 720, 1440].map((hours) => hours * HOUR_MS);
const BYTE_STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500];
const UNIT = 1024;

export type TimeTick = { at: number; label: string };

/** Round moments (UTC) between two others, at most `most` of them, with what to write below: hours within days, else days. */
export function timeTicks(fromMs: number, toMs: number, most: number): TimeTick[] {
  const spanMs = Math.max(0, toMs - fromMs);
  const step = TIME_STEPS.find((candidate) => Math.floor(spanMs / candidate) + 1 <= most) ?? spanMs + 1;
  const ticks: TimeTick[] = [];
  for (let at = Math.ceil(fromMs / step) * step; at <= toMs; at += step) ticks.push({ at, label: tickLabel(at, step) });
  return ticks;
}

function tickLabel(at: number, step: number): string {
  const day = formatDate(at).split(" ").slice(0, 2).join(" ");
  if (step >= DAY_MS || at % DAY_MS === 0) return day;
  return `${new Date(at).toISOString().slice(11, 16)}`;
}

/** Round sizes from 0 to the first at or above `max`, in at most `most` steps. */
export function byteTicks(max: number, most: number): number[] {
  const wanted = Math.max(1, max) / most;
  let unit = 1;
  while (wanted > 500 * unit && wanted > unit * UNIT * 0.5) unit *= UNIT;
  const step = (BYTE_STEPS.find((candidate) => candidate * unit >= wanted) ?? UNIT) * unit;
  const count = Math.max(1, Math.ceil(max / step));
  return Array.from({ length: count + 1 }, (_, index) => index * step);
}

/** A straight mapping of one range to another; a range without length maps to the end of the other. */
export function linear(from: readonly [number, number], to: readonly [number, number]): (value: number) => number {
  const span = from[1] - from[0];
  return (value) => (span === 0 ? to[1] : to[0] + ((value - from[0]) / span) * (to[1] - to[0]));
}

/** The index of the time that is nearest to `at`; times ascend. -1 = there is none. */
export function nearestIndex(times: readonly number[], at: number): number {
  let nearest = -1;
  for (const [index, time] of times.entries()) {
    if (nearest < 0 || Math.abs(time - at) < Math.abs((times[nearest] ?? 0) - at)) nearest = index;
  }
  return nearest;
}
