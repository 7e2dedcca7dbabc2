import type { KnownRepository } from "./snapshot.store";

/** What one reading of a repository found. */
export interface RepositoryReading {
  /** digest → when it was pushed, as far as the registry tells */
  digests: ReadonlyMap<string, Date>;
  /** tag → digest */
  tags: ReadonlyMap<string, string>;
  /** Tags that the registry was asked for one by one. */
  checkedTags: readonly string[];
  /** Known digests that it was asked for by themselves. */
  checkedDigests: readonly string[];
  /** Manifests that were unknown, or not understood, before. */
  manifestsRead: number;
  /** Known manifests that could be understood now. */
  healed: readonly string[];
  /** Manifests that the registry has and that could not be read over the API: how many, and why the first could not. */
  refusal: { count: number; first: string } | null;
}

/**
 * What to ask a registry for that only lists names: everything, or what is new and, of what is known, a share (those asked for
 * longest ago) and what a notification named. The storage shows everything at each reading.
 */
export type CheckRequest =
  | "all"
  | { share: number; tags?: readonly string[] | undefined; digests?: readonly string[] | undefined };

export interface ReadRequest {
  registryId: string;
  name: string;
  known: KnownRepository;
  check: CheckRequest;
  signal: AbortSignal;
}
