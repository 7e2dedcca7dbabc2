import { prisma } from "@/server/platform/db/prisma";
import { newId } from "@/server/platform/new-id";
import {
  type CrawledSpace,
  findKnownDigests,
  hasMovedSince,
  insertManifests,
  type ManifestRow,
  readDatabaseTime,
  upsertRepository,
  writeSnapshot,
} from "./inventory.store";
import { manifestRow, readImageConfig, unreadableRow } from "./manifest-row";
import type { RepositoryReader } from "./repository-reader";

const MANIFESTS_PER_WRITE = 500;
/** Listings of one repository in a row that a move overtook; the next crawl sees to what is left. */
const STALE_LISTINGS_MAX = 5;

/**
 * Makes the inventory of one repository what the registry has. Manifests are immutable, so only unknown ones are read.
 * A failure to list throws before anything is written: nothing is ever taken for gone because a page failed.
 */
export async function crawlRepository(
  registryId: string,
  space: CrawledSpace,
  name: string,
  reader: RepositoryReader,
  signal: AbortSignal,
): Promise<void> {
  for (let attempt = 1; attempt <= STALE_LISTINGS_MAX; attempt++) {
    if (await crawlOnce(registryId, space, name, reader, signal)) return;
  }
}

/** False when a move ended meanwhile, so that what was listed may be older than what the move wrote. */
async function crawlOnce(
  registryId: string,
  space: CrawledSpace,
  name: string,
  reader: RepositoryReader,
  signal: AbortSignal,
): Promise<boolean> {
  const listedAt = await readDatabaseTime();
  const listed = await reader.list(name, signal);
  const revisions = new Map(listed.revisions.map((revision) => [revision.digest, revision.pushedAtMs]));
  let unread = await unknownOf(registryId, [...revisions.keys()]);
  while (unread.length > 0) {
    const batch = unread.splice(0, MANIFESTS_PER_WRITE);
    const rows: ManifestRow[] = [];
    for (const digest of batch) {
      signal.throwIfAborted();
      rows.push(await readManifestRow(reader, name, digest));
    }
    await prisma().$transaction((tx) => insertManifests(tx, registryId, rows));
    // Over the API only tags are listed; what they lead to is found by reading.
    if (reader.source === "api") {
      const children = rows.flatMap((row) =>
        row.references.filter((reference) => reference.role === "child").map((child) => child.digest),
      );
      const unseen = children.filter((digest) => !revisions.has(digest));
      for (const digest of unseen) revisions.set(digest, revisions.get(batch[0] ?? "") ?? Date.now());
      unread = unread.concat(await unknownOf(registryId, unseen));
    }
  }
  return prisma().$transaction(async (tx) => {
    const id = await upsertRepository(tx, {
      id: newId("repo"),
      workspaceId: space.workspaceId,
      spaceId: space.id,
      registryId,
      name,
    });
    if (await hasMovedSince(tx, registryId, name, listedAt)) return false;
    await writeSnapshot(
      tx,
      { id, workspaceId: space.workspaceId, registryId },
      {
        source: reader.source,
        revisions: [...revisions].map(([digest, pushedAtMs]) => ({
          digest,
          pushedAt: new Date(pushedAtMs).toISOString(),
        })),
        tags: listed.tags.filter((tag) => revisions.has(tag.digest)),
      },
    );
    return true;
  });
}

async function unknownOf(registryId: string, digests: readonly string[]): Promise<string[]> {
  const known = await findKnownDigests(registryId, digests);
  return digests.filter((digest) => !known.has(digest));
}

async function readManifestRow(reader: RepositoryReader, repository: string, digest: string): Promise<ManifestRow> {
  const read = await reader.readManifest(repository, digest);
  if ("missing" in read) return unreadableRow(digest, "", 0, read.missing);
  const row = manifestRow(digest, read.mediaType, read.body, null);
  const config =
    row.kind === "image" && row.artifactType === null
      ? row.references.find((reference) => reference.role === "config")
      : undefined;
  if (!config) return row;
  const body = await reader.readConfig(config.digest);
  if (!body) return row;
  const { platform, createdAt } = readImageConfig(body);
  return { ...row, platform, imageCreatedAt: createdAt };
}
