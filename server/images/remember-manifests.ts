import type { Transaction } from "@/server/platform/db/prisma";
import { newId } from "@/server/platform/new-id";
import { findKnownDigests, insertManifests } from "./inventory.store";
import { manifestRow } from "./manifest-row";
import { lockRepositoryRow, stampRepository } from "./snapshot.store";

/** Makes sure that the inventory knows what these manifests of a registry refer to; those that it knows stay as they are. */
export async function rememberManifests(
  tx: Transaction,
  registryId: string,
  manifests: readonly { digest: string; mediaType: string; body: Uint8Array }[],
): Promise<void> {
  const digests = manifests.map((manifest) => manifest.digest);
  const known = await findKnownDigests(registryId, digests, tx);
  await insertManifests(
    tx,
    registryId,
    manifests
      .filter((manifest) => !known.has(manifest.digest))
      .map(({ digest, mediaType, body }) => manifestRow(digest, mediaType, body, null)),
  );
}

/**
 * The id of a repository's row, made where there is none, and locked until the transaction ends: a crawl that writes the same
 * repository takes its turn, and sees the move that this transaction stamps.
 */
export async function lockRepository(
  tx: Transaction,
  repository: { workspaceId: string; spaceId: string; registryId: string; name: string },
): Promise<string> {
  const locked = await lockRepositoryRow(tx, { id: newId("repo"), ...repository });
  // No space is removed while a run of it is in progress.
  if (!locked) throw new Error(`${repository.name} is in no space of this workspace any more`);
  const { id } = locked;
  // Whoever began to read it before now has to begin again.
  await stampRepository(tx, id);
  return id;
}
