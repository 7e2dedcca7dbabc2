import { protocolError } from "@/server/platform/registry/registry-error";

/** How much a registry may list. What it says is the word of whoever runs it, and must not use up the one that asks. */
export interface ListingLimits {
  tags: number;
  repositories: number;
  /** Of all pages of one listing, as they come. */
  bytes: number;
  pages: number;
}

export const LISTING_LIMITS: ListingLimits = {
  tags: 2_000_000,
  repositories: 200_000,
  bytes: 256 * 1024 * 1024,
  pages: 20_000,
};

/** Counts the pages of one listing. */
export class ListingBudget {
  #entries = 0;
  #bytes = 0;
  #pages = 0;

  constructor(
    private readonly what: string,
    private readonly unit: "tags" | "repositories",
    private readonly limits: ListingLimits,
  ) {}

  /** @throws RegistryError protocol, code `LISTING_TOO_LARGE`, where the listing goes on for too long; repeated names count, too */
  take(page: { entries: number; bytes: number }): void {
    this.#pages++;
    this.#entries += page.entries;
    this.#bytes += page.bytes;
    const most = this.limits[this.unit];
    if (this.#entries > most) throw this.#tooLarge(`${most} ${this.unit}`);
    if (this.#bytes > this.limits.bytes) throw this.#tooLarge(`${this.limits.bytes} bytes`);
    if (this.#pages > this.limits.pages) throw this.#tooLarge(`${this.limits.pages} pages`);
  }

  #tooLarge(limit: string) {
    return protocolError(
      "LISTING_TOO_LARGE",
      `the listing of ${this.what} has more than ${limit}: it is not read to its end`,
    );
  }
}
