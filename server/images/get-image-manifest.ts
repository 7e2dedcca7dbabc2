import { MANIFEST_MAX_BYTES } from "@/contracts/image-details";
import { notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { openRegistryById } from "@/server/registries/open-registry-by-id";
import { requireReadableSpace } from "@/server/spaces/require-readable-space";
import { findManifest } from "./image-details.store";
import { readImage } from "./read-image";

/**
 * The manifest of an image as its registry holds it now, byte for byte.
 * @throws AppError not_found where the space or the manifest in it is not there (any more)
 */
export async function getImageManifest(
  scope: WorkspaceScope,
  input: { spaceId: string; repository: string; digest: string },
): Promise<{ mediaType: string; sizeBytes: number; text: string | null; problem: string | null }> {
  const space = await requireReadableSpace(scope, input.spaceId);
  const manifest = await findManifest(space, input.repository, input.digest);
  const registry = await openRegistryById(space.registryId);
  if (!manifest || !registry) throw notFound();
  const known = { mediaType: manifest.mediaType, sizeBytes: manifest.sizeBytes };
  const maxMiB = MANIFEST_MAX_BYTES / 1024 / 1024;
  const { value, problem } = await readImage("manifest", maxMiB, () =>
    registry.adapter.getManifest(manifest.repositoryName, manifest.digest),
  );
  if (value === null) return { ...known, text: null, problem };
  if (value.body.byteLength > MANIFEST_MAX_BYTES) {
    return { ...known, text: null, problem: `The manifest is larger than ${maxMiB} MiB: too large to show.` };
  }
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(value.body);
    return { mediaType: value.mediaType || known.mediaType, sizeBytes: value.body.byteLength, text, problem: null };
  } catch {
    return { ...known, text: null, problem: "The manifest is no text (not UTF-8)." };
  }
}
