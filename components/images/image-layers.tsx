"use client";

import { type KeyboardEvent, type ReactNode, useState } from "react";
import type { ImageBlobDto, ImageDetailsDto } from "@/contracts/image-details";
import { formatBytes } from "@/lib/bytes";
import { cn } from "@/lib/cn";
import { count as counted } from "../history/run-words";
import { Bytes } from "../ui/bytes";
import { Digest } from "../ui/digest";
import { Section } from "../ui/section";
import { Tooltip } from "../ui/tooltip";
import { type LayerState, layerState, sharedWithText, stepsOfLayers } from "./layer-words";
import { type Place, useImageConfig } from "./queries";

const ROWS_SHOWN = 12;

const LOOKS: Record<LayerState, { word: string; ground: string }> = {
  own: { word: "only this image", ground: "bg-chart-unused" },
  shared: { word: "shared", ground: "bg-chart-kept" },
  bin: { word: "held by the recycle bin", ground: "bg-chart-bin" },
  foreign: { word: "kept elsewhere", ground: "bg-control" },
};

/** Layers of a manifest as one bar by size, own and shared told apart, and as a list with who shares each and what made it. */
export function ImageLayers({
  place,
  details,
  actions,
}: {
  place: Place;
  details: ImageDetailsDto;
  actions?: ReactNode;
}) {
  const { layers } = details;
  const config = useImageConfig(place, details.repositoryName, details.digest, details.config !== null);
  const steps = stepsOfLayers(config.data?.config, layers.length);
  const [active, setActive] = useState<number | null>(null);
  const [isAll, setIsAll] = useState(false);
  if (layers.length === 0) return null;
  const totalBytes = layers.reduce((sum, layer) => sum + layer.sizeBytes, 0);
  const shown = isAll ? layers : layers.slice(0, ROWS_SHOWN);
  return (
    <Section
      title={<span id="layers">{`Layers (${layers.length})`}</span>}
      description={
        <>
          {counted(layers.length, "layer")}, <Bytes value={totalBytes} />.{" "}
          <Tooltip content="A manifest lists its layers. Images that were built alike list the same ones, and the registry keeps each only once; tags and digests lead to manifests.">
            <button type="button" className="underline decoration-dotted underline-offset-3">
              Images share layers
            </button>
          </Tooltip>
          ;{" "}
          <Tooltip content="Only a layer that no manifest of the registry and nothing in a recycle bin refers to can be removed. Those of a base image may stay for as long as anything is built on it.">
            <button type="button" className="underline decoration-dotted underline-offset-3">
              shared ones stay
            </button>
          </Tooltip>
          .
        </>
      }
      actions={actions}
    >
      <Bar layers={layers} totalBytes={totalBytes} active={active} onActive={setActive} />
      <p className="flex min-h-5 flex-wrap gap-x-4 pt-1.5 text-sm text-subtle" aria-live="polite">
        <ActiveText
          layer={active === null ? undefined : layers[active]}
          index={active}
          step={steps.get(active ?? -1)}
          layers={layers}
        />
      </p>
      <ol className="mt-2 divide-y divide-rule border-rule border-y">
        {shown.map((layer, index) => (
          <li
            // biome-ignore lint/suspicious/noArrayIndexKey: a manifest may list a layer twice
            key={index}
            onMouseEnter={() => setActive(index)}
            onMouseLeave={() => setActive(null)}
            className={cn(
              "grid grid-cols-[24px_minmax(0,1fr)_84px] items-baseline gap-x-3 py-1.5",
              active === index && "bg-hover",
            )}
          >
            <span className="text-right text-sm text-subtle tabular-nums">{index + 1}</span>
            <span className="min-w-0">
              <code className="block truncate text-sm" title={steps.get(index)}>
                {steps.get(index) ?? layer.mediaType ?? "layer"}
              </code>
              <span className="flex flex-wrap items-center gap-x-3 text-sm text-subtle">
                <Digest value={layer.digest} />
                <span className="flex items-center gap-1.5">
                  <span aria-hidden="true" className={cn("size-2 rounded-sm", LOOKS[layerState(layer)].ground)} />
                  {sharedWithText(layer)}
                </span>
              </span>
            </span>
            <Bytes value={layer.sizeBytes} className="text-right" />
          </li>
        ))}
      </ol>
      {layers.length > ROWS_SHOWN ? (
        <button
          type="button"
          onClick={() => setIsAll(!isAll)}
          className="mt-2 font-medium text-accent underline-offset-2 hover:underline"
        >
          {isAll ? "Show fewer" : `Show all ${layers.length} layers`}
        </button>
      ) : null}
    </Section>
  );
}

function ActiveText({
  layer,
  index,
  step,
  layers,
}: {
  layer: ImageBlobDto | undefined;
  index: number | null;
  step: string | undefined;
  layers: readonly ImageBlobDto[];
}) {
  if (layer && index !== null) {
    return (
      <>
        <span className="text-ink">Layer {index + 1}</span>
        <Bytes value={layer.sizeBytes} />
        <span>{sharedWithText(layer)}</span>
        <code>{layer.digest.slice(0, 19)}</code>
        {step ? <code className="min-w-0 max-w-full truncate">{step}</code> : null}
      </>
    );
  }
  const sums = (Object.keys(LOOKS) as LayerState[]).map((state) => ({
    state,
    bytes: layers.filter((each) => layerState(each) === state).reduce((sum, each) => sum + each.sizeBytes, 0),
  }));
  return sums
    .filter(({ bytes }) => bytes > 0)
    .map(({ state, bytes }) => (
      <span key={state} className="flex items-center gap-1.5">
        <span aria-hidden="true" className={cn("size-2 rounded-sm", LOOKS[state].ground)} />
        {LOOKS[state].word} <Bytes value={bytes} />
      </span>
    ));
}

/** One segment a layer; the arrow keys go from one to the next. */
function Bar({
  layers,
  totalBytes,
  active,
  onActive,
}: {
  layers: readonly ImageBlobDto[];
  totalBytes: number;
  active: number | null;
  onActive: (index: number | null) => void;
}) {
  const onKey = (event: KeyboardEvent<HTMLElement>) => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    const segments = [...event.currentTarget.querySelectorAll("button")];
    const at = segments.indexOf(event.target as HTMLButtonElement);
    const next = segments[at + step];
    if (step === 0 || !next) return;
    event.preventDefault();
    next.focus();
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: no field set, but parts of one picture
    <div
      role="group"
      aria-label="Layers by size"
      onKeyDown={onKey}
      onMouseLeave={() => onActive(null)}
      className="flex h-7 w-full gap-px overflow-hidden rounded-md"
    >
      {layers.map((layer, index) => (
        <button
          // biome-ignore lint/suspicious/noArrayIndexKey: a manifest may list a layer twice
          key={index}
          type="button"
          tabIndex={index === (active ?? 0) ? 0 : -1}
          aria-label={`Layer ${index + 1}, ${formatBytes(layer.sizeBytes)}, ${sharedWithText(layer)}`}
          onMouseEnter={() => onActive(index)}
          onFocus={() => onActive(index)}
          onBlur={() => onActive(null)}
          style={{ flexGrow: Math.max(layer.sizeBytes, totalBytes / 300), flexBasis: 0 }}
          className={cn(
            "min-w-[3px] transition-opacity focus-visible:-outline-offset-2",
            LOOKS[layerState(layer)].ground,
            active !== null && active !== index && "opacity-45",
          )}
        />
      ))}
    </div>
  );
}
