import type { ImageSelection, measureImages as operation } from "@/contracts/images";
import type { OutputOf } from "@/contracts/operation";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { requireReadableSpace } from "@/server/spaces/require-readable-space";
import { sampleTags, timeOfAllSeen } from "./image-bytes.store";
import { chosenImages } from "./select-images";
import { measureSelection } from "./selection-bytes.store";

const SAMPLE = 50;

/** What a selection of images holds, and what would be freed if all of it went. @throws AppError not_found */
export async function measureImages(
  scope: WorkspaceScope,
  input: { spaceId: string; selection: ImageSelection },
): Promise<OutputOf<typeof operation>> {
  const space = await requireReadableSpace(scope, input.spaceId);
  const measuredAt = await timeOfAllSeen();
  const chosen = await chosenImages(space, input.selection);
  const [numbers, tagSample] = await Promise.all([
    measureSelection(space.registryId, chosen),
    sampleTags(chosen, SAMPLE),
  ]);
  const asked = "images" in input.selection ? input.selection.images : [];
  const distinct = new Set(asked.map((image) => `${image.repositoryName}@${image.digest}`)).size;
  // What is in a recycle bin is its owner's: who only reads the space is told that it is used, and not by what.
  const { heldByBinBytes, sharedBytes } = numbers;
  const told =
    space.access === "owner" ? numbers : { ...numbers, heldByBinBytes: 0, sharedBytes: sharedBytes + heldByBinBytes };
  return { measuredAt: measuredAt.toISOString(), ...told, tagSample, gone: Math.max(0, distinct - numbers.images) };
}
