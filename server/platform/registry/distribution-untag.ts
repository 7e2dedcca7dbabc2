import type { DistributionClient } from "@/server/platform/registry/distribution-client";
import {
  createPlaceholderManifest,
  isPlaceholderManifest,
  PLACEHOLDER_CONFIG,
} from "@/server/platform/registry/placeholder-manifest";
import { errorOfAnswer, RegistryError } from "@/server/platform/registry/registry-error";

type UntagRequest = { repository: string; tag: string; digest: string };

/**
 * See `RegistryAdapter.untag`. No registry can take a tag away on a condition: a push between our look and our request is lost
 * from the tag (its image stays, untagged). `canUntagByDelete` false: by a placeholder.
 */
export async function untagDistribution(
  client: DistributionClient,
  { repository, tag, digest }: UntagRequest,
  canUntagByDelete: boolean,
): Promise<"untagged" | "absent"> {
  const current = await client.getManifest(repository, tag);
  if (current === null) return "absent";
  if (isPlaceholderManifest(current.body)) {
    await deleteByDigest(client, repository, current.digest);
    return "untagged";
  }
  if (current.digest !== digest) {
    const message = `${repository}:${tag} was pushed again and is ${current.digest} now`;
    throw new RegistryError({ kind: "conflict", status: null, code: "TAG_MOVED", message });
  }
  if (canUntagByDelete) {
    const answer = await client.deleteManifest(repository, tag);
    if (answer.status === 202) return "untagged";
    if (answer.status === 404) return "absent";
    throw errorOfAnswer(`untag ${repository}:${tag}`, answer.status, answer.body);
  }
  await client.uploadBlob(repository, PLACEHOLDER_CONFIG);
  const placeholder = createPlaceholderManifest();
  await client.putManifest(repository, tag, placeholder);
  await deleteByDigest(client, repository, placeholder.digest);
  return "untagged";
}

/** Deletes a manifest by digest. `absent` where there was none; 405 becomes `denied`. */
export async function deleteByDigest(
  client: DistributionClient,
  repository: string,
  digest: string,
): Promise<"deleted" | "absent"> {
  const answer = await client.deleteManifest(repository, digest);
  if (answer.status === 202) return "deleted";
  if (answer.status === 404) return "absent";
  throw errorOfAnswer(`DELETE ${repository}@${digest}`, answer.status, answer.body);
}
