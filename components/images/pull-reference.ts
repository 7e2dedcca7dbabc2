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

export const PULL_TOOLS = ["docker", "podman", "skopeo"] as const;
export type PullTool = (typeof PULL_TOOLS)[number];

/** The command that pulls a reference. `isPlain`: the registry speaks HTTP without TLS, which docker takes from its own settings. */
export function pullCommand(tool: PullTool, reference: string, isPlain: boolean): string {
  switch (tool) {
    case "docker":
      return `docker pull ${reference}`;
    case "podman":
      return `podman pull ${isPlain ? "--tls-verify=false " : ""}${reference}`;
    case "skopeo":
      return `skopeo copy --all ${isPlain ? "--src-tls-verify=false " : ""}docker://${reference} oci-archive:image.tar`;
  }
}

/** A repository without the prefix of its space: "web/api" of "acme/web/api" in the space "acme". The prefix itself stays whole. */
export function withoutPrefix(repositoryName: string, prefix: string): string {
  return repositoryName.startsWith(`${prefix}/`) ? repositoryName.slice(prefix.length + 1) : repositoryName;
}
