import type { BuiltImage, ImageBlob } from "@/scripts/demo/oci-image";
import { DistributionClient } from "@/server/platform/registry/distribution-client";
import { createTransport } from "@/server/platform/registry/http-transport";
import { basicAuthorizer, noAuthorizer } from "@/server/platform/registry/registry-authorizer";

export type ImagePusher = {
  /**
   * Pushes an image with its children, as a client of the registry does it; what is there already is not sent again. `tag` null:
   * by digest only. Blobs that this pusher has put into another repository are mounted from there.
   */
  push(repository: string, image: BuiltImage, tag: string | null): Promise<void>;
  /** Whether the repository has the image, tagged or not. */
  has(repository: string, image: BuiltImage): Promise<boolean>;
  /** Blob bytes sent so far. */
  sentBytes(): number;
  close(): void;
};

/**
 * A client that pushes as a user: Basic credentials at the token server that the registry names, or none at an open registry.
 * One repository must not be pushed to twice at the same time.
 */
export function createImagePusher(options: {
  registryUrl: string;
  username: string | null;
  password: string | null;
}): ImagePusher {
  const { registryUrl, username, password } = options;
  const authorizer = username === null ? noAuthorizer() : basicAuthorizer({ username, password: password ?? "" });
  const client = new DistributionClient(createTransport({ url: registryUrl, authorizer, userAgent: "reclaim-demo" }));
  const homes = new Map<string, string>();
  const pushed = new Set<string>();
  let sentBytes = 0;

  async function pushBlob(repository: string, { digest, content }: ImageBlob): Promise<void> {
    if (pushed.has(`${repository}@${digest}`)) return;
    const home = homes.get(digest);
    const isThere =
      (await client.probeBlob(repository, digest)) !== null ||
      (home !== undefined && (await client.mountBlob(repository, home, digest)));
    if (!isThere) {
      await client.uploadBlob(repository, content);
      sentBytes += content.length;
    }
    pushed.add(`${repository}@${digest}`);
    if (home === undefined) homes.set(digest, repository);
  }

  async function push(repository: string, image: BuiltImage, tag: string | null): Promise<void> {
    const current = await client.headManifest(repository, tag ?? image.digest);
    if (current?.digest === image.digest) return;
    for (const child of image.children) await push(repository, child, null);
    for (const blob of image.blobs) await pushBlob(repository, blob);
    await client.putManifest(repository, tag ?? image.digest, image);
  }

  return {
    push,
    has: async (repository, image) => (await client.headManifest(repository, image.digest)) !== null,
    sentBytes: () => sentBytes,
    close: () => client.close(),
  };
}
