"use client";

import { Pin, Trash2 } from "lucide-react";
import { useDeferredValue, useEffect, useState } from "react";
import type { ImageSelection } from "@/contracts/images";
import { formatBytes } from "@/lib/bytes";
import { GatedButton } from "../reclaim/gated-button";
import { SelectionBar } from "../ui/selection-bar";
import { Tooltip } from "../ui/tooltip";
import { type Place, useMeasure } from "./queries";
import { isTooLong, type Selection, selectedCount, toImageSelection } from "./selection";
import type { ImageSelecting } from "./use-image-selection";

const REST_MS = 250;

/** What is selected and exactly what would be freed, with what can be done. */
export function BulkBar({
  place,
  selecting,
  total,
  isTotalCapped,
  deleteReason,
  pinReason,
  onDelete,
  onPin,
}: {
  place: Place;
  selecting: ImageSelecting;
  total: number;
  isTotalCapped: boolean;
  /** Why this person cannot; null = they can. */
  deleteReason: string | null;
  pinReason: string | null;
  onDelete: (selection: ImageSelection, count: number) => void;
  onPin: () => void;
}) {
  const { selection } = selecting;
  const rested = useRested(selection, REST_MS);
  const asked = useDeferredValue(rested);
  const measure = useMeasure(place, toImageSelection(asked));
  const isCurrent = asked === selection && !measure.isPlaceholderData;
  const known = isCurrent ? measure.data : undefined;
  const count = selection.kind === "filter" && known ? known.images : selectedCount(selection, total);
  const tooLong = isTooLong(selection)
    ? "That are too many to name one by one: filter the list, and select all of the filter."
    : null;
  const named = toImageSelection(selection);
  return (
    <SelectionBar
      count={count}
      noun={`${selection.kind === "filter" && isTotalCapped && !known ? "or more images" : count === 1 ? "image" : "images"}${
        selection.kind === "filter" ? " of this filter" : ""
      }`}
      onClear={selecting.clear}
      detail={
        selecting.isReading ? (
          "reading the images in between …"
        ) : tooLong ? (
          tooLong
        ) : measure.error && !measure.data ? (
          "its size could not be told"
        ) : measure.data ? (
          <Sizes data={measure.data} isCurrent={isCurrent} />
        ) : (
          "adding up …"
        )
      }
    >
      <GatedButton
        variant="danger"
        size="sm"
        icon={<Trash2 aria-hidden="true" />}
        reason={deleteReason ?? tooLong}
        onClick={() => named && onDelete(named, count)}
      >
        {count === 1 ? "Delete image" : "Delete images"}
      </GatedButton>
      <GatedButton
        size="sm"
        icon={<Pin aria-hidden="true" />}
        reason={
          pinReason ?? (selection.kind === "filter" ? "Pins are for single images: select them by row." : tooLong)
        }
        onClick={onPin}
      >
        Pin
      </GatedButton>
    </SelectionBar>
  );
}

type Measured = NonNullable<ReturnType<typeof useMeasure>["data"]>;

function Sizes({ data, isCurrent }: { data: Measured; isCurrent: boolean }) {
  return (
    <Tooltip content="Freed: what only these images use, as a garbage collection would free it once they are purged. Shared: what other images use, so it stays. In bin: what entries of a recycle bin use.">
      <button type="button" aria-busy={!isCurrent} className={isCurrent ? "" : "text-subtle"}>
        frees{" "}
        <strong className={isCurrent ? "font-semibold text-ink" : "font-semibold"}>
          {formatBytes(data.freedBytes)}
        </strong>
        {" · "}shared {formatBytes(data.sharedBytes)}
        {" · "}in bin {formatBytes(data.heldByBinBytes)}
        {data.pinned > 0 ? ` · ${data.pinned.toLocaleString("en-US")} pinned` : ""}
        {data.gone > 0 ? ` · ${data.gone.toLocaleString("en-US")} gone` : ""}
      </button>
    </Tooltip>
  );
}

/** The value once it has rested for a moment; nothing selected is known at once. */
function useRested(value: Selection, restMs: number): Selection {
  const [rested, setRested] = useState(value);
  // Outside system: a timer.
  useEffect(() => {
    const timer = setTimeout(() => setRested(value), restMs);
    return () => clearTimeout(timer);
  }, [value, restMs]);
  return rested;
}
