"use client";

import { type PointerEvent, useState } from "react";
import type { StorageSampleDto } from "@/contracts/storage";
import { formatBytes } from "@/lib/bytes";
import { formatDateTime } from "@/lib/dates";
import { Bytes } from "../ui/bytes";
import { Swatch } from "./reclaimable-bar";
import { sampleShare, shareText } from "./storage-words";
import { byteTicks, linear, nearestIndex, timeTicks } from "./time-axis";
import { useWidth } from "./use-width";

const HEIGHT = 220;
const MARGIN = { top: 10, right: 12, bottom: 22, left: 60 };
const HOUR_MS = 3_600_000;
/** Pixels that a label below the axis needs. */
const TICK_PX = 90;

/** From the bottom up; what the recycle bin keeps is no part of what images store. */
const BANDS = [
  { id: "kept", label: "Tagged images", fill: "fill-chart-kept", of: (one: StorageSampleDto) => keptOf(one) },
  { id: "untagged", label: "Only untagged images", fill: "fill-info", of: (one: StorageSampleDto) => untaggedOf(one) },
  { id: "bin", label: "Recycle bin", fill: "fill-chart-bin", of: (one: StorageSampleDto) => one.binBytes },
] as const;

function untaggedOf(sample: StorageSampleDto): number {
  return Math.min(sample.untaggedBytes, sample.storedBytes);
}

function keptOf(sample: StorageSampleDto): number {
  return sample.storedBytes - untaggedOf(sample);
}

/** What a space held over time, as bands on each other. The slider over it (arrow keys) and the pointer choose the moment that is read out. */
export function StorageOverTime({ samples }: { samples: readonly StorageSampleDto[] }) {
  const [ref, width] = useWidth<HTMLDivElement>(960);
  const [chosen, setChosen] = useState<number | null>(null);
  const times = samples.map((sample) => Date.parse(sample.at));
  const last = samples.length - 1;
  const active = Math.min(chosen ?? last, last);
  const sample = samples[active];
  if (!sample) return null;

  const until = times[last] ?? 0;
  const since = times[0] ?? until;
  // One moment has no length: what comes is drawn into the hour after it.
  const to = Math.max(until, since + HOUR_MS);
  const x = linear([since, to], [MARGIN.left, Math.max(MARGIN.left + 1, width - MARGIN.right)]);
  const ticks = byteTicks(Math.max(...samples.map((one) => one.storedBytes + one.binBytes)), 4);
  const bottom = HEIGHT - MARGIN.bottom;
  const y = linear([0, ticks.at(-1) ?? 1], [bottom, MARGIN.top]);
  const choose = (event: PointerEvent<HTMLInputElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const share = Math.min(1, Math.max(0, (event.clientX - box.left) / Math.max(1, box.width)));
    setChosen(nearestIndex(times, since + share * (to - since)));
  };
  return (
    <div className="flex flex-col gap-2">
      <div ref={ref} className="relative" style={{ height: HEIGHT }}>
        <svg
          role="img"
          aria-label={`Storage over time, ${samples.length} ${samples.length === 1 ? "point" : "points"}; latest: ${readout(samples[last] ?? sample)}`}
          viewBox={`0 0 ${width} ${HEIGHT}`}
          preserveAspectRatio="none"
          className="absolute inset-0 size-full"
        >
          {ticks.map((tick) => (
            <g key={tick}>
              <line x1={MARGIN.left} x2={width - MARGIN.right} y1={y(tick)} y2={y(tick)} className="stroke-rule" />
              <text x={MARGIN.left - 8} y={y(tick) + 4} textAnchor="end" className="fill-subtle text-sm tabular-nums">
                {tickText(tick)}
              </text>
            </g>
          ))}
          {BANDS.map((band, index) => (
            <path key={band.id} d={bandPath(samples, times, index, x, y)} className={band.fill} />
          ))}
          {timeTicks(since, to, Math.max(2, Math.floor((width - MARGIN.left) / TICK_PX))).map((tick) => (
            <g key={tick.at}>
              <line x1={x(tick.at)} x2={x(tick.at)} y1={bottom} y2={bottom + 4} className="stroke-rule-strong" />
              <text
                x={x(tick.at)}
                y={HEIGHT - 4}
                textAnchor={anchorAt(x(tick.at), width)}
                className="fill-subtle text-sm"
              >
                {tick.label}
              </text>
            </g>
          ))}
          <line
            x1={x(times[active] ?? until)}
            x2={x(times[active] ?? until)}
            y1={MARGIN.top}
            y2={bottom}
            className="stroke-ink"
            strokeDasharray="2 2"
          />
        </svg>
        <input
          type="range"
          min={0}
          max={last}
          value={active}
          aria-label="Moment that is read out"
          aria-valuetext={readout(sample)}
          onChange={(event) => setChosen(Number(event.target.value))}
          onPointerMove={choose}
          onPointerDown={choose}
          onPointerLeave={() => setChosen(null)}
          className="absolute cursor-crosshair appearance-none bg-transparent [&::-moz-range-thumb]:opacity-0 [&::-webkit-slider-thumb]:opacity-0"
          style={{
            left: MARGIN.left,
            right: MARGIN.right,
            top: MARGIN.top,
            width: `calc(100% - ${MARGIN.left + MARGIN.right}px)`,
            height: bottom - MARGIN.top,
            touchAction: "pan-y",
          }}
        />
      </div>
      <div className="flex flex-wrap items-baseline gap-x-6 gap-y-1">
        <p className="min-w-44 text-muted">
          {last === 0 ? `since ${formatDateTime(sample.at)}` : formatDateTime(sample.at)}
        </p>
        <dl className="flex flex-wrap gap-x-6 gap-y-1">
          {BANDS.map((band) => (
            <div key={band.id} className="flex items-baseline gap-1.5">
              <dt className="flex items-baseline gap-1.5 text-muted">
                <Swatch className={band.fill} />
                {band.label}
              </dt>
              <dd>
                <Bytes value={band.of(sample)} />
              </dd>
            </div>
          ))}
          <ShareOf sample={sample} />
        </dl>
      </div>
    </div>
  );
}

function ShareOf({ sample }: { sample: StorageSampleDto }) {
  const share = sampleShare(sample);
  if (share === null) return null;
  return (
    <div className="flex items-baseline gap-1.5">
      <dt className="text-muted">Reclaimable</dt>
      <dd>{shareText(share)}</dd>
    </div>
  );
}

function readout(sample: StorageSampleDto): string {
  return `${formatDateTime(sample.at)}: ${BANDS.map((band) => `${band.label} ${formatBytes(band.of(sample))}`).join(", ")}`;
}

/** On an axis round numbers need no digits behind the point. */
function tickText(bytes: number): string {
  return bytes === 0 ? "0" : formatBytes(bytes).replace(/\.0+(?= )/, "");
}

function anchorAt(x: number, width: number): "start" | "middle" | "end" {
  if (x < MARGIN.left + 20) return "start";
  return x > width - MARGIN.right - 20 ? "end" : "middle";
}

/** One band: along its upper edge, and back along its lower one. A single sample has no length: it is drawn as a column. */
function bandPath(
  samples: readonly StorageSampleDto[],
  times: readonly number[],
  index: number,
  x: (at: number) => number,
  y: (bytes: number) => number,
): string {
  const sumBelow = (sample: StorageSampleDto, bands: number) =>
    BANDS.slice(0, bands).reduce((sum, band) => sum + band.of(sample), 0);
  const points = samples.map((sample, at) => ({
    x: x(times[at] ?? 0),
    low: y(sumBelow(sample, index)),
    high: y(sumBelow(sample, index + 1)),
  }));
  const [only, ...others] = points;
  const drawn = only && others.length === 0 ? [only, { ...only, x: only.x + 6 }] : points;
  const upper = drawn.map((point) => `${point.x.toFixed(1)},${point.high.toFixed(1)}`);
  const lower = drawn.toReversed().map((point) => `${point.x.toFixed(1)},${point.low.toFixed(1)}`);
  return `M${upper.join("L")}L${lower.join("L")}Z`;
}
