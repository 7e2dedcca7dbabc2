import { pinText } from "@/domain/images/pin-text";
import { listHoldingPins } from "./pin.store";

/** What pins the digests of a space now, or of one repository of it, in words. Asked by repository and digest; null = not pinned. */
export async function loadPinTexts(
  spaceId: string,
  repositoryName: string | null = null,
): Promise<(repositoryName: string, digest: string) => string | null> {
  const texts = await listPinTexts(spaceId, repositoryName);
  return (name, digest) => texts.get(`${name}@${digest}`) ?? null;
}

/** The same, by `repository@digest`. */
export async function listPinTexts(
  spaceId: string,
  repositoryName: string | null = null,
): Promise<ReadonlyMap<string, string>> {
  const pins = await listHoldingPins(spaceId, repositoryName);
  return new Map(pins.map((pin) => [`${pin.repositoryName}@${pin.digest}`, pinText(pin)]));
}
