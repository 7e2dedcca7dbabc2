import { type ImageBlobDto, type ImageDetailsDto, SHARED_COUNT_MAX } from "@/contracts/image-details";
import { subjectOfFallbackTag } from "@/domain/images/referrer-tag";
import { notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { requireReadableSpace } from "@/server/spaces/require-readable-space";
import { listExemptionsOf } from "./exemption.store";
import {
  type BlobReference,
  countBlobUses,
  findBlobsInBin,
  findManifest,
  listBlobReferences,
  listChildren,
  listManifestTags,
  listOwners,
  listReferrers,
  type ManifestInRepository,
  measureManifests,
} from "./image-details.store";
import { listImages } from "./list-images";

const TAGS_MAX = 500;

/**
 * One manifest of a repository with everything around it: an image, or one of its platforms or referrers.
 * @throws AppError not_found where the space or the manifest in it is not there (any more)
 */
export async function getImage(
  scope: WorkspaceScope,
  input: { spaceId: string; repository: string; digest: string },
): Promise<ImageDetailsDto> {
  const space = await requireReadableSpace(scope, input.spaceId);
  const manifest = await findManifest(space, input.repository, input.digest);
  if (!manifest) throw notFound();
  // Rules are their owner's business.
  const isOwn = space.workspaceId === scope.workspaceId;
  const [{ tags, total }, blobs, children, referrers, image, exemptions] = await Promise.all([
    listManifestTags(manifest.repositoryId, manifest.digest, TAGS_MAX),
    describeBlobs(manifest),
    listChildren(manifest),
    listReferrers(manifest),
    findImage(scope, input),
    isOwn ? listExemptionsOf(space.id, manifest.repositoryName, manifest.digest) : [],
  ]);
  const subjectsByTag = tags.flatMap(({ name }) => subjectOfFallbackTag(name) ?? []);
  const [owners, sizes] = await Promise.all([
    listOwners(manifest, subjectsByTag),
    measureManifests(
      manifest.registryId,
      [...children, ...referrers].map(({ digest }) => digest),
    ),
  ]);
  const sizeOf = ({ digest }: { digest: string }) => sizes.get(digest) ?? 0;
  return {
    repositoryName: manifest.repositoryName,
    digest: manifest.digest,
    mediaType: manifest.mediaType,
    image,
    kind: manifest.kind,
    artifactType: manifest.artifactType,
    platform: manifest.platform,
    manifestBytes: manifest.sizeBytes,
    builtAt: manifest.imageCreatedAt?.toISOString() ?? null,
    pushedAt: manifest.pushedAt.toISOString(),
    subjectDigest: manifest.subjectDigest,
    unreadableReason: manifest.unreadableReason,
    tags: tags.map(({ name, pushedAt }) => ({ name, pushedAt: pushedAt.toISOString() })),
    tagCount: total,
    // One whose rule was changed, or is gone, says nothing any more.
    exemptFrom: exemptions.flatMap(({ ruleId, ruleName, currentRevision, restoredByName, restoredAt }) =>
      currentRevision === null
        ? []
        : [{ ruleId, ruleName, revision: currentRevision, restoredByName, restoredAt: restoredAt.toISOString() }],
    ),
    belongsTo: owners,
    ...blobs,
    children: children.map((child) => ({ ...child, sizeBytes: sizeOf(child) })),
    referrers: referrers.map((referrer) => ({
      ...referrer,
      sizeBytes: sizeOf(referrer),
      pushedAt: referrer.pushedAt.toISOString(),
    })),
  };
}

/** What the list shows of it; null for a platform or a referrer. */
async function findImage(scope: WorkspaceScope, input: { spaceId: string; repository: string; digest: string }) {
  const { items } = await listImages(scope, {
    spaceId: input.spaceId,
    repository: input.repository,
    search: input.digest,
    state: "any",
    sort: "name",
    limit: 1,
  });
  return items.find((item) => item.digest === input.digest) ?? null;
}

async function describeBlobs(
  manifest: ManifestInRepository,
): Promise<{ config: ImageBlobDto | null; layers: ImageBlobDto[] }> {
  const references = await listBlobReferences(manifest.registryId, manifest.digest);
  const digests = [...new Set(references.map(({ digest }) => digest))];
  const uses = new Map(
    (await countBlobUses(manifest, digests, SHARED_COUNT_MAX)).map((use) => [use.digest, use.otherImages]),
  );
  // A blob that a thousand images use will not go with this one, whatever the bin holds: not worth the search.
  const rare = digests.filter((digest) => (uses.get(digest) ?? 0) < SHARED_COUNT_MAX);
  const inBin = await findBlobsInBin(manifest.registryId, rare);
  const describe = ({ role: _role, ...blob }: BlobReference): ImageBlobDto => ({
    ...blob,
    otherImages: uses.get(blob.digest) ?? 0,
    isInBin: inBin.has(blob.digest),
  });
  const config = references.find(({ role }) => role === "config");
  return {
    config: config ? describe(config) : null,
    layers: references.filter(({ role }) => role === "layer").map(describe),
  };
}
