import { parseManifest } from "@/domain/images/parse-manifest";
import type { RawManifest } from "@/server/platform/registry/registry-adapter";
import { protocolError } from "@/server/platform/registry/registry-error";

/** `isOptional`: the descriptor has `urls` (a foreign layer), so the image is whole without the blob in this registry. */
export type ManifestBlob = { digest: string; sizeBytes: number | null; isOptional: boolean };

function foreignDigests(body: Buffer): Set<string> {
  const layers = (JSON.parse(body.toString("utf8")) as { layers?: unknown }).layers;
  const found = new Set<string>();
  if (!Array.isArray(layers)) return found;
  for (const layer of layers as { digest?: unknown; urls?: unknown }[]) {
    if (typeof layer?.digest === "string" && Array.isArray(layer.urls) && layer.urls.length > 0)
      found.add(layer.digest);
  }
  return found;
}

/**
 * The blobs that the given manifests need in their repository, each once. A manifest that cannot be read or whose kind is
 * unknown is a protocol error: what we do not understand is not moved.
 */
export function blobsOfManifests(manifests: readonly RawManifest[]): ManifestBlob[] {
  const blobs = new Map<string, ManifestBlob>();
  for (const { digest, mediaType, body } of manifests) {
    const result = parseManifest(body, mediaType);
    if (!result.ok) throw protocolError("MANIFEST_INVALID", `${digest}: ${result.reason}`);
    const { kind, config, layers } = result.manifest;
    if (kind === "unknown") {
      throw protocolError(
        "MANIFEST_UNSUPPORTED",
        `${digest}: unknown kind of manifest (${mediaType || "no media type"})`,
      );
    }
    const foreign = foreignDigests(body);
    for (const blob of config === null ? layers : [config, ...layers]) {
      const isOptional = foreign.has(blob.digest) && (blobs.get(blob.digest)?.isOptional ?? true);
      blobs.set(blob.digest, { digest: blob.digest, sizeBytes: blob.sizeBytes, isOptional });
    }
  }
  return [...blobs.values()];
}
