import { chosenImages } from "./select-images";
import { measureSelection } from "./selection-bytes.store";

/** The exact bytes that would be freed if every untagged image of a space went; pinned ones and what others need stay. */
export async function measureUntagged(space: { id: string; registryId: string }): Promise<bigint> {
  const chosen = await chosenImages(space, { filter: { state: "untagged" }, except: [] });
  return BigInt((await measureSelection(space.registryId, chosen)).freedBytes);
}
