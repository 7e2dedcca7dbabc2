import type { ImageDto } from "@/contracts/images";

/** References that pull an image: by its first tag, and by digest, which always means this very image. */
export function pullReferences(
  host: string,
  image: Pick<ImageDto, "repositoryName" | "digest" | "tags">,
): { byTag: string | null; byDigest: string } {
  const repository = `${host}/${image.repositoryName}`;
  const [tag] = image.tags;
  return { byTag: tag === undefined ? null : `${repository}:${tag}`, byDigest: `${repository}@${image.digest}` };
}

/** A repository without the prefix of its space: "web/api" of "acme/web/api" in the space "acme". The prefix itself stays whole. */
export function withoutPrefix(repositoryName: string, prefix: string): string {
  return repositoryName.startsWith(`${prefix}/`) ? repositoryName.slice(prefix.length + 1) : repositoryName;
}
