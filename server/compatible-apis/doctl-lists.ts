import {
  type ListedImage,
  listManifestPage,
  listRepositoryPage,
  listTagPage,
  type Place,
} from "./compatible-apis.store";
import { type Page, pageLinks, sliceOf } from "./doctl-page";
import { findDoctlRepository, nameInRegistry } from "./find-doctl-repository";
import type { DoctlRegistry } from "./open-doctl-registry";

interface Asked {
  /** of the request, for the links to other pages */
  path: string;
  page: Page;
}

// Only stored sizes are known: what images unpack to is not asked of every layer.
const sizes = (bytes: number) => ({ compressed_size_bytes: bytes, size_bytes: bytes });

function imageJson(registryName: string, place: Place, image: ListedImage) {
  return {
    registry_name: registryName,
    repository: nameInRegistry(place, image.repositoryName),
    digest: image.digest,
    ...sizes(image.logicalBytes),
    updated_at: image.pushedAt.toISOString(),
    tags: image.tags,
  };
}

/** Repositories of a registry by name, each with its latest image (`repositoriesV2`), or latest tag (the older list). */
export async function listDoctlRepositories({ place, name }: DoctlRegistry, asked: Asked, form: "v1" | "v2") {
  const { rows, total } = await listRepositoryPage(place.spaceId, sliceOf(asked.page));
  const repositories = rows.map((row) => {
    const { latest, tagCount, imageCount } = row;
    const common = { registry_name: name, name: nameInRegistry(place, row.name), tag_count: tagCount };
    const image = latest && imageJson(name, place, latest);
    if (form === "v2") return { ...common, manifest_count: imageCount, ...(image ? { latest_manifest: image } : {}) };
    const tag = image?.tags.at(-1);
    if (!image || tag === undefined) return common;
    const { digest, tags: _, ...rest } = image;
    return { ...common, latest_tag: { ...rest, tag, manifest_digest: digest } };
  });
  return { repositories, ...pageLinks(asked.path, asked.page, total) };
}

/** Tags of a repository by name. @throws AppError not_found */
export async function listDoctlTags({ place, name }: DoctlRegistry, repository: string, asked: Asked) {
  const { id } = await findDoctlRepository(place, repository);
  const { rows, total } = await listTagPage(id, sliceOf(asked.page));
  const tags = rows.map((tag) => ({
    registry_name: name,
    repository,
    tag: tag.name,
    manifest_digest: tag.digest,
    ...sizes(tag.logicalBytes),
    updated_at: tag.pushedAt.toISOString(),
  }));
  return { tags, ...pageLinks(asked.path, asked.page, total) };
}

/** Images of a repository, the latest pushed first; untagged ones too. @throws AppError not_found */
export async function listDoctlManifests({ place, name }: DoctlRegistry, repository: string, asked: Asked) {
  const { id } = await findDoctlRepository(place, repository);
  const { rows, total } = await listManifestPage(id, sliceOf(asked.page));
  const manifests = rows.map((row) => ({
    ...imageJson(name, place, row),
    blobs: row.blobs.map(({ digest, sizeBytes }) => ({ digest, compressed_size_bytes: sizeBytes })),
  }));
  return { manifests, ...pageLinks(asked.path, asked.page, total) };
}
