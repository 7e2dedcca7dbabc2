import { type ImageBlobDto, type ImageConfigDto, SHARED_COUNT_MAX } from "@/contracts/image-details";

/** Who else uses a layer: "only this image", "Shared with 12 images", "Shared with 1,000+ images". */
export function sharedWithText(blob: Pick<ImageBlobDto, "otherImages" | "isInBin" | "isForeign">): string {
  if (blob.isForeign) return "Not held by the registry: its manifest names another place";
  const bin = blob.isInBin ? "the recycle bin" : null;
  if (blob.otherImages === 0) return bin ? `Held by ${bin}` : "Only this image uses it";
  const plus = blob.otherImages >= SHARED_COUNT_MAX ? "+" : "";
  const images = `${blob.otherImages.toLocaleString("en-US")}${plus} ${blob.otherImages === 1 ? "image" : "images"}`;
  return bin ? `Shared with ${images} and ${bin}` : `Shared with ${images}`;
}

export type LayerState = "own" | "shared" | "bin" | "foreign";

/** What would become of a layer if this image went: freed, kept for others, kept for the bin, or never there. */
export function layerState(blob: Pick<ImageBlobDto, "otherImages" | "isInBin" | "isForeign">): LayerState {
  if (blob.isForeign) return "foreign";
  if (blob.otherImages > 0) return "shared";
  return blob.isInBin ? "bin" : "own";
}

/** The step that made each layer, by its place; none where the history does not fit the layers. */
export function stepsOfLayers(
  config: ImageConfigDto | null | undefined,
  layerCount: number,
): ReadonlyMap<number, string> {
  const steps = (config?.history ?? []).filter((step) => step.layer !== null);
  if (steps.length !== layerCount) return new Map();
  return new Map(steps.map((step) => [step.layer ?? 0, stepText(step.createdBy)]));
}

/** A build step as its author wrote it: without the shell and the markers that builders put around it. */
export function stepText(createdBy: string): string {
  const text = createdBy.replace(/\s+/g, " ").trim();
  const instruction = /^\/bin\/sh -c #\(nop\)\s*(.*)$/.exec(text)?.[1];
  if (instruction !== undefined) return instruction;
  const run = /^(?:\|\d+ .*? )?\/bin\/sh -c (.*)$/.exec(text)?.[1];
  return (run === undefined ? text : `RUN ${run}`).replace(/ # buildkit$/, "").replace(/^RUN \/bin\/sh -c /, "RUN ");
}
