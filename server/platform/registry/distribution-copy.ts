import { type DistributionClient, sha256Digest } from "@/server/platform/registry/distribution-client";
import { forEachLimited } from "@/server/platform/registry/for-each-limited";
import { blobsOfManifests } from "@/server/platform/registry/manifest-blobs";
import type {
  CopyRequest,
  MissingContent,
  RawManifest,
  VerifyRequest,
} from "@/server/platform/registry/registry-adapter";
import { protocolError, RegistryError } from "@/server/platform/registry/registry-error";

const PARALLEL_BLOBS = 8;
const PUT_ATTEMPTS = 3;
/** A link that we made this recently is not made again. Wrong memory costs a retry, never an image: every PUT checks. */
const REMEMBER_MOUNT_MS = 60_000;
const REMEMBERED_MOUNTS = 20_000;
const BLOB_MISSING_CODES = new Set(["MANIFEST_BLOB_UNKNOWN", "BLOB_UNKNOWN", "DIGEST_INVALID", "MANIFEST_UNKNOWN"]);

/**
 * Mounts of one adapter, each (target, digest) one at a time: two at once truncate each other's link, and a manifest that is
 * written in that moment is refused.
 */
class Mounter {
  readonly #client: DistributionClient;
  readonly #inFlight = new Map<string, Promise<boolean>>();
  readonly #madeAtMs = new Map<string, number>();

  constructor(client: DistributionClient) {
    this.#client = client;
  }

  /** False where the blob is in neither repository. */
  async ensure(to: string, from: string, digest: string, signal?: AbortSignal): Promise<boolean> {
    const key = `${to}@${digest}`;
    for (;;) {
      const madeAtMs = this.#madeAtMs.get(key);
      if (madeAtMs !== undefined && Date.now() - madeAtMs < REMEMBER_MOUNT_MS) return true;
      const other = this.#inFlight.get(key);
      if (other === undefined) break;
      // Another copy may use another source, or be cancelled: its failure is not ours.
      if (await other.catch(() => false)) return true;
      signal?.throwIfAborted();
    }
    const mount = this.#mount(to, from, digest, signal).finally(() => this.#inFlight.delete(key));
    this.#inFlight.set(key, mount);
    const isThere = await mount;
    if (isThere) {
      if (this.#madeAtMs.size >= REMEMBERED_MOUNTS) this.#madeAtMs.clear();
      this.#madeAtMs.set(key, Date.now());
    }
    return isThere;
  }

  forget(to: string, digest: string): void {
    this.#madeAtMs.delete(`${to}@${digest}`);
  }

  async #mount(to: string, from: string, digest: string, signal?: AbortSignal): Promise<boolean> {
    if (await this.#client.mountBlob(to, from, digest, signal)) return true;
    // A move that is resumed may find its work done and its source gone.
    return (await this.#client.probeBlob(to, digest, signal)) !== null;
  }
}

/** Makes the `copy` of a Distribution adapter; see `RegistryAdapter.copy`. */
export function createDistributionCopy(client: DistributionClient): (request: CopyRequest) => Promise<void> {
  const mounter = new Mounter(client);

  async function mountAll(request: CopyRequest, manifests: readonly RawManifest[], onDone: (digest: string) => void) {
    const { from, to, signal } = request;
    await forEachLimited(
      blobsOfManifests(manifests),
      PARALLEL_BLOBS,
      async ({ digest, isOptional }) => {
        const isThere = await mounter.ensure(to, from, digest, signal);
        if (!isThere && !isOptional) {
          const message = `${from} has lost ${digest}: the image is incomplete and cannot be copied`;
          throw new RegistryError({ kind: "not_found", status: 202, code: "BLOB_UNKNOWN", message });
        }
        onDone(digest);
      },
      signal,
    );
  }

  async function put(request: CopyRequest, manifest: RawManifest): Promise<void> {
    const { to, signal } = request;
    for (let attempt = 1; ; attempt++) {
      try {
        return await client.putManifest(to, manifest.digest, manifest, signal);
      } catch (error) {
        const isRefused = error instanceof RegistryError && error.status === 400 && BLOB_MISSING_CODES.has(error.code);
        if (!isRefused || attempt === PUT_ATTEMPTS) throw error;
        // Another process may have been re-writing a link, or our memory of a mount is out of date.
        for (const { digest } of blobsOfManifests([manifest])) mounter.forget(to, digest);
        await mountAll(request, [manifest], () => {});
      }
    }
  }

  return async function copy(request) {
    const { manifests, onStep, expectsBlobs = false } = request;
    for (const { digest, body } of manifests) {
      if (sha256Digest(body) !== digest)
        throw protocolError("DIGEST_MISMATCH", `the body given for ${digest} is another one`);
    }
    const total = blobsOfManifests(manifests).length + manifests.length;
    let done = 0;
    const step = (kind: "blob" | "manifest") => (digest: string) => onStep?.({ kind, digest, done: ++done, total });
    if (expectsBlobs) for (const { digest } of blobsOfManifests(manifests)) step("blob")(digest);
    else await mountAll(request, manifests, step("blob"));
    for (const manifest of manifests) {
      request.signal?.throwIfAborted();
      await put(request, manifest);
      step("manifest")(manifest.digest);
    }
  };
}

/** Blobs that were read in a repository, with their size and when. */
class ReadBlobs {
  readonly #read = new Map<string, { sizeBytes: number; atMs: number }>();

  sizeOf(repository: string, digest: string, maxAgeMs: number): number | null {
    const found = this.#read.get(`${repository}@${digest}`);
    return found !== undefined && Date.now() - found.atMs < maxAgeMs ? found.sizeBytes : null;
  }

  note(repository: string, digest: string, sizeBytes: number, atMs: number): void {
    if (this.#read.size >= REMEMBERED_MOUNTS) this.#read.clear();
    this.#read.set(`${repository}@${digest}`, { sizeBytes, atMs });
  }
}

/** Makes the `verify` of a Distribution adapter; see `RegistryAdapter.verify`. Reads every manifest back and one byte of every blob, and compares sizes. */
export function createDistributionVerify(
  client: DistributionClient,
): (request: VerifyRequest) => Promise<MissingContent[]> {
  const readBlobs = new ReadBlobs();

  async function sizeOf({ repository, signal, blobsReadWithinMs = 0 }: VerifyRequest, digest: string) {
    const known = readBlobs.sizeOf(repository, digest, blobsReadWithinMs);
    if (known !== null) return known;
    const startedAtMs = Date.now();
    const found = await client.probeBlob(repository, digest, signal);
    if (found !== null) readBlobs.note(repository, digest, found, startedAtMs);
    return found;
  }

  return async (request) => {
    const { repository, manifests, signal } = request;
    const missing: MissingContent[] = [];
    await forEachLimited(
      manifests,
      PARALLEL_BLOBS,
      async ({ digest, mediaType }) => {
        const found = await client.getManifest(repository, digest, signal);
        if (found === null) missing.push({ kind: "manifest", digest, reason: "is not there" });
        else if (found.mediaType !== mediaType) {
          missing.push({ kind: "manifest", digest, reason: `is stored as ${found.mediaType}, not ${mediaType}` });
        }
      },
      signal,
    );
    const blobs = blobsOfManifests(manifests).filter((blob) => !blob.isOptional);
    await forEachLimited(
      blobs,
      PARALLEL_BLOBS,
      async ({ digest, sizeBytes }) => {
        const found = await sizeOf(request, digest);
        if (found === null) missing.push({ kind: "blob", digest, reason: "is not there" });
        else if (sizeBytes !== null && found !== sizeBytes) {
          missing.push({ kind: "blob", digest, reason: `has ${found} bytes, not ${sizeBytes}` });
        }
      },
      signal,
    );
    return missing;
  };
}
