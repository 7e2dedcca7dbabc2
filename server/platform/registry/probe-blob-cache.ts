import { createHash, randomBytes } from "node:crypto";
import type { BlobStorage } from "@/server/platform/storage/blob-storage";
import { DistributionClient } from "./distribution-client";
import { createTransport, type Transport } from "./http-transport";
import { RegistryError } from "./registry-error";

const REFUSALS = new Set(["unauthorized", "denied"]);

/**
 * Finds out whether a registry remembers blobs that are gone (`storage.cache.blobdescriptor`): stores a few bytes over its API, takes them
 * away behind its back, and asks for them. Where it remembers them, `look` is asked with their digest what it is that remembers. Null where
 * the registry could not be asked, or takes no pushes at all now. What it stored is removed again.
 * @throws RegistryError `unauthorized` or `denied` where it does not take them from us; StorageWriteError where the storage cannot be written
 */
export async function probeBlobCache<T>(
  options: Omit<Parameters<typeof createTransport>[0], "followRedirects" | "attempts">,
  repository: string,
  storage: BlobStorage,
  look: (digest: string) => Promise<T>,
): Promise<T | "none" | null> {
  // A redirect to a bucket is given for what the registry believes to be there.
  const transport = createTransport({ ...options, followRedirects: false, attempts: 1 });
  const client = new DistributionClient(transport);
  const content = randomBytes(48);
  const digest = `sha256:${createHash("sha256").update(content).digest("hex")}`;
  try {
    await client.uploadBlob(repository, content);
    if (!(await believesIn(transport, repository, digest))) return null;
    await storage.deleteBlob(digest);
    return (await believesIn(transport, repository, digest)) ? await look(digest) : "none";
  } catch (error) {
    if (error instanceof RegistryError && !REFUSALS.has(error.kind)) return null;
    throw error;
  } finally {
    // Its link is removed by hand: the API deletes only where that is switched on.
    await transport
      .send({
        method: "DELETE",
        path: pathOf(repository, digest),
        access: [{ type: "repository", name: repository, actions: ["delete"] }],
      })
      .catch(() => undefined);
    transport.close();
    await storage.deleteBlob(digest);
    await storage.deleteLayerLink(repository, digest);
  }
}

async function believesIn(transport: Transport, repository: string, digest: string): Promise<boolean> {
  const { status } = await transport.send({
    method: "HEAD",
    path: pathOf(repository, digest),
    access: [{ type: "repository", name: repository, actions: ["pull"] }],
  });
  return status === 200 || (status >= 300 && status < 400);
}

const pathOf = (repository: string, digest: string) => `/v2/${repository}/blobs/${digest}`;
