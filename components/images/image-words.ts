import type { ImageDto } from "@/contracts/images";
import { formatBytes } from "@/lib/bytes";
import { formatDateTime } from "@/lib/dates";

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

/** What builders hang into an index besides its platforms; nobody runs it. */
export function isRealPlatform(platform: string | null): platform is string {
  return platform !== null && platform !== "" && !/^unknown(\/|$)/.test(platform);
}

/** Platforms as short as they can be said: without "linux/", which nearly all are; the rest as a number. */
export function platformChips(platforms: readonly { platform: string }[], max: number) {
  const names = [...new Set(platforms.map(({ platform }) => platform).filter(isRealPlatform))];
  const shown = names.length > max ? names.slice(0, max - 1) : names;
  return { shown: shown.map((name) => name.replace(/^linux\//, "")), hidden: names.length - shown.length, all: names };
}

/** What an image is where it is not simply an image: "index", "chart", its artifact type. */
export function kindText(image: Pick<ImageDto, "kind" | "artifactType">): string | null {
  switch (image.kind) {
    case "image":
      return null;
    case "index":
      return "multi-platform";
    case "chart":
      return "Helm chart";
    case "other":
      return image.artifactType ?? "artifact";
    case "unknown":
      return image.artifactType ?? "unknown type";
  }
}

/** Says how much of an image is shared with others, so that nobody takes its size for what could be freed. */
export function sharedText(image: Pick<ImageDto, "logicalBytes" | "uniqueBytes">): string {
  const shared = image.logicalBytes - image.uniqueBytes;
  if (shared <= 0) return "Nothing of it is shared: no other image of the registry uses any of its data.";
  return `${formatBytes(shared)} of it is shared with other images of the registry; only ${formatBytes(image.uniqueBytes)} is its own.`;
}

/** What is wrong with an image, shortly and in full; null for a whole one. */
export function brokenText(
  image: Pick<ImageDto, "health" | "missing">,
): { mark: string; text: string; tone: "danger" | "warning" } | null {
  const names = image.missing.slice(0, 5).join("\n");
  const more = image.missing.length > 5 ? `\nand ${image.missing.length - 5} more` : "";
  switch (image.health) {
    case "whole":
      return null;
    case "ghost":
      return {
        mark: "ghost",
        tone: "danger",
        text: `Nobody can pull it: the registry has none of the platforms that it names.\n${names}${more}`,
      };
    case "partial":
      return {
        mark: `${image.missing.length} missing`,
        tone: "warning",
        text: `The registry does not have all that it names:\n${names}${more}`,
      };
    case "unreadable":
      return {
        mark: "unreadable",
        tone: "danger",
        text: "Its manifest cannot be understood; it is protected, with everything around it.",
      };
  }
}

/** Who keeps an image, why, and until when. */
export function pinText(pin: NonNullable<ImageDto["pin"]>): string {
  const until = pin.expiresAt === null ? "until somebody removes the pin" : `until ${formatDateTime(pin.expiresAt)}`;
  // Who reads a space of another workspace is told neither.
  if (pin.ownerName === "") return `Pinned by the owner of the space ${until}`;
  return `Pinned by ${pin.ownerName} ${until}: ${pin.reason}`;
}

/** What an image is called: by its first tag, else by its digest. */
export function imageLabel(image: { repositoryName: string; digest: string; tags: readonly string[] }): string {
  const [tag] = image.tags;
  return tag === undefined
    ? `${image.repositoryName}, untagged, ${shortDigest(image.digest)}`
    : `${image.repositoryName}:${tag}`;
}

/** The first twelve hex digits. */
export function shortDigest(digest: string): string {
  return digest.slice(digest.indexOf(":") + 1).slice(0, 12);
}

/** The tags that fit on a line of so many letters (at least one), and how many are left. */
export function tagsThatFit(tags: readonly string[], letters: number): { shown: readonly string[]; hidden: number } {
  let used = 0;
  let count = 0;
  for (const tag of tags) {
    // The chip around a tag, and what is between two, take the room of some letters.
    used += Math.min(tag.length, 24) + 5;
    if (count > 0 && used > letters) break;
    count++;
  }
  return { shown: tags.slice(0, count), hidden: tags.length - count };
}
