import { isInPrefix, RECYCLE_BIN_PREFIX } from "@/domain/access/registry-scope";
import { isDigest } from "@/domain/images/digest";
import { DistributionClient } from "@/server/platform/registry/distribution-client";
import { createDistributionCopy, createDistributionVerify } from "@/server/platform/registry/distribution-copy";
import { deleteByDigest, untagDistribution } from "@/server/platform/registry/distribution-untag";
import { createTransport, type TransportAnswer, type TransportLimits } from "@/server/platform/registry/http-transport";
import { LISTING_LIMITS, ListingBudget, type ListingLimits } from "@/server/platform/registry/listing-budget";
import type { Capability, RegistryAdapter, RegistryCapabilities } from "@/server/platform/registry/registry-adapter";
import { errorOfAnswer, protocolError, RegistryError } from "@/server/platform/registry/registry-error";
import type { RegistryAuthorizer } from "@/server/platform/registry/request-authorizer";

export type DistributionAdapterOptions = {
  /** `http(s)://host[:port]` */
  url: string;
  authorizer: RegistryAuthorizer;
  /** The registry's storage where this process can read it; null otherwise. */
  storageRoot: string | null;
  /** How much a listing may hold; default `LISTING_LIMITS`. */
  listingLimits?: ListingLimits;
  /** Open connections at a time. Default 32. */
  maxConnections?: number;
} & TransportLimits;

const AVAILABLE: Capability = { available: true };
const off = (reason: string): Capability => ({ available: false, reason });

/** Page sizes to try: one page that holds all sidesteps the registries whose pages drop repositories. */
const CATALOG_PAGE_SIZES = [100_000, 1000, 100] as const;
const PROBED_REPOSITORY = `${RECYCLE_BIN_PREFIX}/reclaim-probe`;
const PROBED_DIGEST = `sha256:${"0".repeat(64)}`;

/** An adapter for a CNCF Distribution registry, 2.8 or 3.x. Connects on first use. */
export function createDistributionAdapter(options: DistributionAdapterOptions): RegistryAdapter {
  const { url, authorizer, storageRoot, listingLimits = LISTING_LIMITS } = options;
  const client = new DistributionClient(createTransport(options));
  let known: Promise<RegistryCapabilities> | null = null;

  const capabilities = () => {
    known ??= probeCapabilities(client, authorizer.kind, storageRoot);
    // A registry that could not be reached is asked again.
    known.catch(() => {
      known = null;
    });
    return known;
  };

  return {
    vendor: "distribution",
    url,
    capabilities,
    ping: () => client.ping(),
    listRepositories: (listing = {}) => listRepositories(client, listingLimits, listing),
    listTags: (repository, signal) => listTags(client, listingLimits, repository, signal),
    resolve: (repository, reference) => client.headManifest(repository, reference),
    getManifest: (repository, reference, signal) => client.getManifest(repository, reference, signal),
    getBlob: (repository, digest, maxBytes, signal) => client.getBlob(repository, digest, maxBytes, signal),
    copy: createDistributionCopy(client),
    verify: createDistributionVerify(client),
    async tag({ repository, tag, digest, manifest: given }) {
      if (given !== undefined && given.digest !== digest)
        throw protocolError("DIGEST_MISMATCH", `the body given for ${digest} is that of ${given.digest}`);
      const manifest = given ?? (await client.getManifest(repository, digest));
      if (manifest === null) {
        const message = `${repository} has no ${digest} to tag as ${tag}`;
        throw new RegistryError({ kind: "not_found", status: 404, code: "MANIFEST_UNKNOWN", message });
      }
      await client.putManifest(repository, tag, manifest);
    },
    async untag(request) {
      const { canUntagByDelete } = await capabilities();
      return untagDistribution(client, request, canUntagByDelete.available);
    },
    deleteManifest(repository, digest) {
      // With a tag, 3.x would delete the tag alone and we would think that the manifest is gone.
      if (!isDigest(digest)) throw protocolError("DIGEST_INVALID", `"${digest}" is not a digest`);
      return deleteByDigest(client, repository, digest);
    },
    close: () => client.close(),
  };
}

/** Makes the adapter of a registry of the given kind; the one place that knows which kinds there are. */
export function createRegistryAdapter(
  kind: "distribution" | "harbor",
  options: DistributionAdapterOptions,
): RegistryAdapter {
  if (kind === "distribution") return createDistributionAdapter(options);
  throw protocolError("KIND_UNSUPPORTED", "Harbor registries are not supported yet");
}

/** Asks to delete by digest and by tag what does not exist: nothing is deleted, whatever the registry can do. */
export async function probeDeletion(
  client: DistributionClient,
): Promise<{ byDigest: TransportAnswer; byTag: TransportAnswer }> {
  const byDigest = await client.deleteManifest(PROBED_REPOSITORY, PROBED_DIGEST);
  const byTag = await client.deleteManifest(PROBED_REPOSITORY, "reclaim-probe");
  return { byDigest, byTag };
}

async function probeCapabilities(
  client: DistributionClient,
  auth: RegistryAuthorizer["kind"],
  storageRoot: string | null,
): Promise<RegistryCapabilities> {
  const { byDigest, byTag } = await probeDeletion(client);
  for (const answer of [byDigest, byTag]) {
    if (answer.status >= 500) throw errorOfAnswer("probing deletion", answer.status, answer.body);
    // Not allowed to delete, or not known at all? The latter is an error, as it is everywhere else.
    if (answer.status === 401) await client.ping();
  }
  const isDisabled = byDigest.status === 405;
  const disabled = off("Deletion is disabled in the registry: set storage.delete.enabled in its configuration.");
  const denied = off("The registry does not let the configured user delete.");
  const hasStorage = storageRoot !== null;
  return {
    canDelete: isDisabled ? disabled : byDigest.status === 401 || byDigest.status === 403 ? denied : AVAILABLE,
    canUntagByDelete:
      byTag.status === 404 || byTag.status === 202
        ? AVAILABLE
        : off(
            "This version of the registry cannot delete a tag alone (3.x can): a placeholder image takes the tag away.",
          ),
    canListUntagged: hasStorage
      ? AVAILABLE
      : off(
          "The registry's API does not list untagged images, and its storage is not readable from here (REGISTRY_STORAGE_ROOT).",
        ),
    hasStorage: hasStorage
      ? AVAILABLE
      : off("The registry's storage is not readable from here: set REGISTRY_STORAGE_ROOT to collect garbage."),
    hasReadOnlyMode:
      auth === "console"
        ? AVAILABLE
        : off("The console is not this registry's token server (REGISTRY_AUTH=console), so it cannot stop pushes."),
  };
}

async function* listRepositories(
  client: DistributionClient,
  limits: ListingLimits,
  { prefix, signal }: { prefix?: string; signal?: AbortSignal },
): AsyncIterable<string> {
  const budget = new ListingBudget("repositories", "repositories", limits);
  let size = 0;
  let last: string | null = null;
  for (;;) {
    const page: { names: string[]; bytes: number; hasMore: boolean } | null = await client.catalogPage(
      CATALOG_PAGE_SIZES[size] ?? 100,
      last,
      signal,
    );
    if (page === null) {
      if (++size >= CATALOG_PAGE_SIZES.length)
        throw protocolError("PAGINATION", "the registry refuses every page size");
      continue;
    }
    budget.take({ entries: page.names.length, bytes: page.bytes });
    for (const name of page.names) if (prefix === undefined || isInPrefix(name, prefix)) yield name;
    const end = page.names.at(-1);
    if (!page.hasMore || end === undefined || end === last) return;
    last = end;
  }
}

async function listTags(
  client: DistributionClient,
  limits: ListingLimits,
  repository: string,
  signal?: AbortSignal,
): Promise<string[]> {
  const budget = new ListingBudget(`tags of ${repository}`, "tags", limits);
  const tags = new Set<string>();
  let next: string | null = null;
  do {
    const page: { tags: string[]; bytes: number; next: string | null } | null = await client.tagsPage(
      repository,
      next,
      signal,
    );
    if (page === null) break;
    budget.take({ entries: page.tags.length, bytes: page.bytes });
    const before = tags.size;
    for (const tag of page.tags) tags.add(tag);
    // A page without news would be asked for ever.
    next = tags.size === before ? null : page.next;
  } while (next !== null);
  return [...tags].sort();
}
