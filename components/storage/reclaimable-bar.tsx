import type { SpaceStorageDto } from "@/contracts/storage";
import { formatBytes } from "@/lib/bytes";
import { Bytes } from "../ui/bytes";
import { type HeldPart, heldParts, shareText } from "./storage-words";

const FILL: Record<HeldPart["id"], string> = {
  kept: "fill-chart-kept",
  untagged: "fill-info",
  bin: "fill-chart-bin",
  unreferenced: "fill-chart-unused",
};

/** What of the bytes held could be freed: one bar in parts that do not overlap. */
export function ReclaimableBar({ storage }: { storage: SpaceStorageDto }) {
  const { now, registry } = storage;
  const { reclaimableBytes, heldBytes, share } = now.reclaimable;
  if (share === null) return <p className="text-muted">Nothing is stored, so there is nothing to free.</p>;
  const isAbout = now.isStale || now.untagged.isStale || (!registry.isShared && registry.unreferenced !== null);
  const parts = heldParts(now).filter((part) => part.bytes > 0 || part.id === "kept");
  let x = 0;
  const summary = parts.map((part) => `${part.label} ${formatBytes(part.bytes)}`).join(", ");
  return (
    <div className="flex flex-col gap-3">
      <p>
        <strong className="font-medium text-2xl tracking-[-0.01em] tabular-nums">
          {isAbout ? "about " : ""}
          {shareText(share)}
        </strong>{" "}
        <span className="text-muted">
          could be freed: {formatBytes(reclaimableBytes)} of {formatBytes(heldBytes)}.
        </span>
      </p>
      <svg
        role="img"
        aria-label={`Of ${formatBytes(heldBytes)}: ${summary}`}
        className="block h-5 w-full"
        viewBox="0 0 1000 20"
        preserveAspectRatio="none"
      >
        {parts.map((part) => {
          const width = (part.bytes / heldBytes) * 1000;
          const from = x;
          x += width;
          return <rect key={part.id} x={from} width={width} height="20" className={FILL[part.id]} />;
        })}
      </svg>
      <dl className="flex flex-wrap gap-x-6 gap-y-1.5">
        {parts.map((part) => (
          <div key={part.id} className="flex items-baseline gap-1.5">
            <dt className="flex items-baseline gap-1.5 text-muted">
              <Swatch className={FILL[part.id]} />
              {part.label}
            </dt>
            <dd>
              <Bytes value={part.bytes} /> <span className="text-subtle">({shareText(part.bytes / heldBytes)})</span>
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

/** The colour of a part, beside its name. */
export function Swatch({ className }: { className: string }) {
  return (
    <svg viewBox="0 0 10 10" className="size-2.5 shrink-0 self-center" aria-hidden="true" focusable="false">
      <rect width="10" height="10" rx="2" className={className} />
    </svg>
  );
}
