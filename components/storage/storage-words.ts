import type { SpaceStorageDto, StorageSampleDto } from "@/contracts/storage";
import { formatBytes } from "@/lib/bytes";

type Now = SpaceStorageDto["now"];

/** A share for people: "31 %", "0.4 %", "under 0.1 %"; never 0 or 100 unless it is. */
export function shareText(share: number): string {
  if (share === 0) return "0 %";
  if (share < 0.001) return "under 0.1 %";
  if (share < 0.1) return `${(share * 100).toFixed(1)} %`;
  return `${share === 1 ? 100 : Math.min(99, Math.round(share * 100))} %`;
}

/** Of what is held, the part that could be freed, as it was at a moment; unused data is not known of earlier moments. */
export function sampleShare(sample: StorageSampleDto): number | null {
  const held = sample.storedBytes + sample.binBytes;
  return held === 0 ? null : (Math.min(sample.untaggedBytes, sample.storedBytes) + sample.binBytes) / held;
}

/** "about " before what was not measured at this moment. */
export function aboutBytes(bytes: number, isAbout: boolean): string {
  return `${isAbout ? "about " : ""}${formatBytes(bytes)}`;
}

export type HeldPart = { id: "kept" | "untagged" | "bin" | "unreferenced"; label: string; bytes: number };

/** What is held, in parts that do not overlap: together they are `reclaimable.heldBytes`, and all but the first could be freed. */
export function heldParts(now: Now): HeldPart[] {
  const { heldBytes, reclaimableBytes } = now.reclaimable;
  const untagged = Math.min(now.untagged.bytes, now.storedBytes);
  const parts: HeldPart[] = [
    { id: "kept", label: "Used by tagged images", bytes: heldBytes - reclaimableBytes },
    { id: "untagged", label: "Only used by untagged images", bytes: untagged },
    { id: "bin", label: "Only kept by the recycle bin", bytes: now.bin.bytes },
    { id: "unreferenced", label: "Unreferenced", bytes: reclaimableBytes - untagged - now.bin.bytes },
  ];
  return parts;
}

/** As much of a repository's name as fits a width, from its end: names of one space begin alike. "" where that says nothing. */
export function fittingName(name: string, widthPx: number, charPx: number): string {
  const fits = Math.floor(widthPx / charPx);
  if (name.length <= fits) return name;
  const parts = name.split("/");
  for (let from = 1; from < parts.length; from++) {
    const short = parts.slice(from).join("/");
    if (short.length <= fits) return short;
  }
  return fits < 4 ? "" : `…${name.slice(1 - fits)}`;
}
