import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { createDistributionAdapter } from "./distribution-adapter";
import { LISTING_LIMITS, type ListingLimits } from "./listing-budget";
import { basicAuthorizer } from "./registry-authorizer";

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A registry whose listings never end: each page has the next names. */
async function endless(limits: Partial<ListingLimits>, nameOf = (page: number, at: number) => `n${page}-${at}`) {
  let pages = 0;
  const server = http.createServer((request, response) => {
    request.resume();
    pages++;
    const names = Array.from({ length: 10 }, (_, at) => nameOf(pages, at));
    response.setHeader("Link", `<${(request.url ?? "").split("?")[0]}?last=${pages}>; rel="next"`);
    response.end(JSON.stringify({ tags: names, repositories: names }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const adapter = createDistributionAdapter({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    authorizer: basicAuthorizer({ username: "robot", password: "secret" }),
    storageRoot: null,
    listingLimits: { ...LISTING_LIMITS, ...limits },
  });
  closers.push(() => {
    adapter.close();
    server.closeAllConnections();
    server.close();
  });
  return { adapter, pages: () => pages };
}

async function all(names: AsyncIterable<string>): Promise<string[]> {
  const found: string[] = [];
  for await (const name of names) found.push(name);
  return found;
}

test.each([
  [{ tags: 95, repositories: 95 }, 10, ["95 tags", "95 repositories"]],
  [{ bytes: 1_000 }, 6, ["1000 bytes", "1000 bytes"]],
  [{ pages: 7 }, 8, ["7 pages", "7 pages"]],
] as const)(
  "a listing without end ends in an error that says so: %j",
  async (limits, most, [ofTags, ofRepositories]) => {
    const tags = await endless(limits);
    const tooLarge = (limit: string) => ({
      kind: "protocol",
      code: "LISTING_TOO_LARGE",
      message: expect.stringContaining(limit),
    });
    await expect(tags.adapter.listTags("app")).rejects.toMatchObject(tooLarge(ofTags));
    expect(tags.pages()).toBeLessThanOrEqual(most);
    const repositories = await endless(limits);
    await expect(all(repositories.adapter.listRepositories())).rejects.toMatchObject(tooLarge(ofRepositories));
    expect(repositories.pages()).toBeLessThanOrEqual(most);
  },
);

test("a catalogue that goes in a circle ends, too", async () => {
  const { adapter, pages } = await endless({ repositories: 95 }, (page, at) => `n${page % 2}-${at}`);
  await expect(all(adapter.listRepositories())).rejects.toMatchObject({ code: "LISTING_TOO_LARGE" });
  expect(pages()).toBe(10);
});
