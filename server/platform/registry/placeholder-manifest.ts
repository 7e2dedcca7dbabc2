import { randomUUID } from "node:crypto";
import { MEDIA_TYPES } from "@/domain/images/parse-manifest";
import { sha256Digest } from "@/server/platform/registry/distribution-client";
import type { RawManifest } from "@/server/platform/registry/registry-adapter";

const ARTIFACT_TYPE = "application/vnd.reclaim.untag-placeholder.v1+json";

/** The config of every placeholder: the empty JSON object of the OCI specification. */
export const PLACEHOLDER_CONFIG = Buffer.from("{}");

/**
 * A manifest that no other tag can have, because it is made for one untagging: deleting it by digest takes away exactly the tag
 * that points to it. The way to untag on registries (2.8) that cannot delete a tag alone.
 */
export function createPlaceholderManifest(): RawManifest {
  const body = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MEDIA_TYPES.ociManifest,
      artifactType: ARTIFACT_TYPE,
      config: {
        mediaType: "application/vnd.oci.empty.v1+json",
        digest: sha256Digest(PLACEHOLDER_CONFIG),
        size: PLACEHOLDER_CONFIG.length,
      },
      layers: [],
      annotations: { "reclaim.untag": randomUUID() },
    }),
  );
  return { digest: sha256Digest(body), mediaType: MEDIA_TYPES.ociManifest, body };
}

/** Whether a manifest is a placeholder that an untagging left when it was killed half-way. Such a one is nobody's image. */
export function isPlaceholderManifest(body: Uint8Array): boolean {
  if (body.length > 2000) return false;
  try {
    const parsed = JSON.parse(Buffer.from(body).toString("utf8")) as { artifactType?: unknown } | null;
    return parsed?.artifactType === ARTIFACT_TYPE;
  } catch {
    return false;
  }
}
