import type { Descriptor, Platform } from "@/domain/images/parse-manifest";
import { parseManifest } from "@/domain/images/parse-manifest";
import type { ManifestRow, ReferenceRow } from "./inventory.store";

const IMAGE_CONFIGS = new Set([
  "application/vnd.oci.image.config.v1+json",
  "application/vnd.docker.container.image.v1+json",
]);

const LARGEST_BLOB_BYTES = 2 ** 42;

/** What the inventory keeps of a manifest. A body that cannot be understood is kept as such: it protects what it may refer to. */
export function manifestRow(
  digest: string,
  mediaType: string,
  body: Uint8Array,
  config: ImageConfig | null,
): ManifestRow {
  const parsed = parseManifest(body, mediaType);
  if (!parsed.ok) return unreadableRow(digest, mediaType, body.byteLength, parsed.reason);
  const { manifest } = parsed;
  const structured: ReferenceRow[] = [
    ...(manifest.config ? [reference("config", manifest.config, null)] : []),
    ...manifest.layers.map((layer) => reference("layer", layer, null)),
    ...manifest.children.map((child) => reference("child", child, platformText(child.platform))),
    ...(manifest.subject ? [reference("subject", manifest.subject, null)] : []),
  ];
  const named = new Set(structured.map((row) => row.digest));
  const others = manifest.referencedDigests
    .filter((other) => !named.has(other))
    .map(
      (other): ReferenceRow => ({
        role: "other",
        digest: other,
        mediaType: null,
        sizeBytes: 0,
        platform: null,
        isForeign: false,
      }),
    );
  const configType = manifest.config?.mediaType ?? null;
  return {
    digest,
    mediaType: manifest.mediaType || mediaType,
    kind: manifest.kind,
    artifactType: manifest.artifactType ?? (configType && !IMAGE_CONFIGS.has(configType) ? configType : null),
    subjectDigest: manifest.subject?.digest ?? null,
    sizeBytes: body.byteLength,
    platform: config?.platform ?? null,
    imageCreatedAt: config?.createdAt ?? null,
    unreadableReason: null,
    references: [...structured, ...others],
  };
}

export function unreadableRow(digest: string, mediaType: string, sizeBytes: number, reason: string): ManifestRow {
  return {
    digest,
    mediaType,
    kind: "unknown",
    artifactType: null,
    subjectDigest: null,
    sizeBytes,
    platform: null,
    imageCreatedAt: null,
    unreadableReason: reason,
    references: [],
  };
}

export interface ImageConfig {
  platform: string | null;
  createdAt: string | null;
}

/** Platform and build time from an image's config; nulls where it does not say, or says it wrongly. */
export function readImageConfig(body: Uint8Array): ImageConfig {
  try {
    const config = JSON.parse(new TextDecoder().decode(body)) as Record<string, unknown>;
    const text = (value: unknown) => (typeof value === "string" ? value : "");
    const created = new Date(text(config.created));
    const platform = platformText({
      os: text(config.os),
      architecture: text(config.architecture),
      variant: text(config.variant) || null,
    });
    return { platform, createdAt: credibleTime(created) };
  } catch {
    return { platform: null, createdAt: null };
  }
}

/** A time that a database can keep; a config may name any year. */
function credibleTime(time: Date): string | null {
  const year = time.getUTCFullYear();
  return year >= 1 && year <= 9999 ? time.toISOString() : null;
}

/** A descriptor may name any size, and registries do not compare it with the blob: sums must stay numbers all the same. */
function credibleSize(sizeBytes: number | null): number {
  return sizeBytes !== null && sizeBytes <= LARGEST_BLOB_BYTES ? sizeBytes : 0;
}

function reference(role: ReferenceRow["role"], descriptor: Descriptor, platform: string | null): ReferenceRow {
  return {
    role,
    digest: descriptor.digest,
    mediaType: descriptor.mediaType,
    sizeBytes: credibleSize(descriptor.sizeBytes),
    platform,
    isForeign: descriptor.isForeign,
  };
}

function platformText(platform: Platform | null): string | null {
  if (!platform || (platform.os === "" && platform.architecture === "")) return null;
  return [platform.os, platform.architecture, platform.variant].filter(Boolean).join("/");
}
