import { CONFIG_MAX_BYTES, type ImageConfigDto } from "@/contracts/image-details";
import { parseImageConfig } from "@/domain/images/parse-image-config";
import { notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { openRegistryById } from "@/server/registries/open-registry-by-id";
import { requireReadableSpace } from "@/server/spaces/require-readable-space";
import { findManifest, listBlobReferences } from "./image-details.store";
import { readImage } from "./read-image";

const IMAGE_CONFIGS = new Set([
  "application/vnd.oci.image.config.v1+json",
  "application/vnd.docker.container.image.v1+json",
]);

/**
 * What the config of an image says, as its registry holds it now.
 * @throws AppError not_found where the space or the manifest in it is not there (any more)
 */
export async function getImageConfig(
  scope: WorkspaceScope,
  input: { spaceId: string; repository: string; digest: string },
): Promise<{ config: ImageConfigDto | null; problem: string | null }> {
  const space = await requireReadableSpace(scope, input.spaceId);
  const manifest = await findManifest(space, input.repository, input.digest);
  const registry = await openRegistryById(space.registryId);
  if (!manifest || !registry) throw notFound();
  const references = await listBlobReferences(manifest.registryId, manifest.digest);
  const config = references.find(({ role }) => role === "config");
  if (!config) return { config: null, problem: "This manifest names no config." };
  if (config.mediaType !== null && config.mediaType !== "" && !IMAGE_CONFIGS.has(config.mediaType)) {
    return { config: null, problem: `Its config is none of a container image (${config.mediaType.slice(0, 200)}).` };
  }
  const { value, problem } = await readImage("config", CONFIG_MAX_BYTES / 1024 / 1024, () =>
    registry.adapter.getBlob(manifest.repositoryName, config.digest, CONFIG_MAX_BYTES),
  );
  if (value === null) return { config: null, problem };
  const parsed = parseImageConfig(value);
  return parsed.ok ? { config: parsed.config, problem: null } : { config: null, problem: parsed.reason };
}
