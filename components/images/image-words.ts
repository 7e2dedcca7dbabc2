import type { ImageDto } from "@/contracts/images";
import { formatBytes } from "@/lib/bytes";

type Referrer = ImageDto["referrers"][number];

/** What a referrer is, as far as its type or its fallback tag says: "signature", "SBOM", "attestation" or just "referrer". */
export function referrerLabel({ artifactType, tag }: Pick<Referrer, "artifactType" | "tag">): string {
  const type = artifactType?.toLowerCase() ?? "";
  if (tag?.endsWith(".sig") || /signature|cosign\.artifact\.sig|notary|simplesigning/.test(type)) return "signature";
  if (tag?.endsWith(".sbom") || /spdx|cyclonedx|syft|sbom/.test(type)) return "SBOM";
  if (tag?.endsWith(".att") || /in-toto|attestation|provenance|slsa/.test(type)) return "attestation";
  return "referrer";
}

/** All referrers of an image in a few words: "2 signatures, SBOM". Empty when there are none. */
export function referrersText(referrers: readonly Pick<Referrer, "artifactType" | "tag">[]): string {
  const counts = new Map<string, number>();
  for (const referrer of referrers) {
    const label = referrerLabel(referrer);
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return [...counts].map(([label, count]) => (count === 1 ? label : `${count} ${label}s`)).join(", ");
}

/** What an image runs on: its platform, or how many an index has; what is neither says what it is. */
export function platformsText(image: Pick<ImageDto, "kind" | "platforms" | "artifactType">): string {
  const [only] = image.platforms;
  if (image.kind === "index") {
    return image.platforms.length === 1 && only
      ? `index, ${only.platform}`
      : `index, ${image.platforms.length} platforms`;
  }
  if (only) return only.platform;
  return image.artifactType ?? (image.kind === "image" ? "image" : "unknown type");
}

/** Says how much of an image is shared with others, so that nobody takes its size for what could be freed. */
export function sharedText(image: Pick<ImageDto, "logicalBytes" | "uniqueBytes">): string {
  const shared = image.logicalBytes - image.uniqueBytes;
  if (shared <= 0) return "Nothing of it is shared: no other image of the registry uses any of its data.";
  return `${formatBytes(shared)} of it is shared with other images of the registry; only ${formatBytes(image.uniqueBytes)} is its own.`;
}
