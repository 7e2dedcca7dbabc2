import { DIGEST_WORDS } from "./digest-words";
import type { RepositoryFacts } from "./repository-facts";

/** What a repository's listing says, but for its digests, which are words in `PackedListing.words` in the order of these fields. */
export type PackedRepository = {
  name: string;
  /** How many revisions: eight words each, and one of its link's time in whole seconds (0 = unknown). */
  revisions: number;
  /** Tags that point at a sha256 digest: eight words each. */
  tags: readonly string[];
  /** Digests that a tag pointed at before, by the tag's place in `tags`: eight words each. */
  pastOfTag: readonly number[];
  /** How many layer links: as revisions. */
  layerLinks: number;
  /** What words cannot say: sha512, contradictory revisions, tags without a readable target. */
  rest: Omit<RepositoryFacts, "name">;
};

/** The listings of some repositories. */
export type PackedListing = { words: Uint32Array; repositories: readonly PackedRepository[] };

/** Reads a listing's words in their order. */
export class ListingCursor {
  #at = 0;

  constructor(private readonly words: Uint32Array) {}

  /** Where the next digest's words begin; steps over them. */
  digest(): number {
    const at = this.#at;
    this.#at += DIGEST_WORDS;
    return at;
  }

  word(): number {
    return this.words[this.#at++] ?? 0;
  }
}
