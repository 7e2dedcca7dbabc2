/** One repository as storage shows it. Times are milliseconds of the link file; null where they were not asked for. */
export type RepositoryFacts = {
  name: string;
  /** `isContradictory`: the link says something other than its place does, so nobody knows what it stands for. */
  revisions: readonly { digest: string; modifiedAtMs: number | null; isContradictory: boolean }[];
  /**
   * `target` is null where the current link is missing, empty or no digest; `isUnclear` where it exists but cannot be understood.
   * `history`: what it ever pointed at; may be left out where it has a target and nobody wants to clean up.
   */
  tags: readonly { name: string; target: string | null; isUnclear: boolean; history: readonly string[] }[];
  layerLinks: readonly { digest: string; modifiedAtMs: number | null }[];
  /** A sha512 layer link and the sha256 digest that it contains. */
  aliases: readonly { from: string; to: string }[];
};
