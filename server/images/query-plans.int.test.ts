import { afterAll, beforeAll, expect, test } from "vitest";
import type { ImageFilterDto } from "@/contracts/images";
import { disconnectPrisma } from "@/server/platform/db/prisma";
import { setConsoleEnv } from "@/testing/console-env";
import { plansOf } from "@/testing/explained";
import { fillLargeInventory } from "@/testing/large-inventory";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { testRedisUrl } from "@/testing/redis";
import { createTestTenant, type TestTenant } from "@/testing/tenant";
import { type ImagePosition, listImageRows, positionOf } from "./image.store";
import { type ImageListInput, listImages } from "./list-images";
import { listRepositories } from "./list-repositories";
import { loadNeighbourFacts } from "./load-neighbour-facts";
import { measureImages } from "./measure-images";

let database: TestDatabase;
let tenant: TestTenant;

beforeAll(async () => {
  database = await createTestDatabase();
  setConsoleEnv({ databaseUrl: database.url, redisUrl: testRedisUrl() });
  tenant = await createTestTenant();
  await fillLargeInventory(tenant, { repositories: 30, imagesPerRepository: 400, tagsPerImage: 5 });
}, 120_000);
afterAll(async () => {
  await disconnectPrisma();
  await database.drop();
}, 60_000);

const BIG = "images|tags|manifests|manifest_references|repository_manifests";
const SEQUENTIAL = new RegExp(`Seq Scan on (?:${BIG})\\b`);
/** Counting the hits of these reads rows as they come: every other one is a hit, and it stops at its maximum. */
const COUNTED_AS_THEY_COME = new Set(["a common tag"]);
const isCount = (plan: string) => /^Aggregate.*\n {2}-> {2}Limit/.test(plan);
const expectIndexed = (found: readonly string[], filter = "") => {
  for (const plan of found)
    if (!(COUNTED_AS_THEY_COME.has(filter) && isCount(plan))) expect(plan).not.toMatch(SEQUENTIAL);
};

const list = (query: Partial<ImageListInput> = {}) =>
  listImages(tenant.scope, { spaceId: tenant.spaceId, state: "any", sort: "pushed", limit: 100, ...query });

test.each(["pushed", "pulled", "size", "name"] as const)(
  "pages by %s come from an index, first, next and far",
  async (sort) => {
    const first = await list({ sort });
    expect(first.items).toHaveLength(100);
    expectIndexed(await plansOf(() => list({ sort })));
    expectIndexed(await plansOf(() => list({ sort, cursor: first.nextCursor ?? "" })));
    expectIndexed(await plansOf(() => list({ sort, position: 9_000 })));
  },
);

const FILTERS: Record<string, Partial<ImageFilterDto>> = {
  untagged: { state: "untagged" },
  broken: { health: "broken" },
  "a rare tag": { tag: "v3.17?.3-rc" },
  "a common tag": { tag: "v*" },
  "a search that finds": { search: "app17" },
  "a search that finds nothing": { search: "nothing-like-it" },
  "a digest": { search: "sha256:0a" },
  "a reference": { search: "registry.example:5000/acme/team3/app3:v1.6" },
  idle: { idleDays: 380 },
  size: { minBytes: 50_000_000 },
  "a platform": { platform: "linux/arm64" },
  "an architecture": { platform: "ARM64" },
  "a platform that nobody has": { platform: "linux/s390x" },
  pinned: { pinned: "yes" },
  "a repository": { repository: "acme/team3/app3" },
};
test.each(Object.entries(FILTERS))("a filter by %s reads no big table from end to end", async (name, filter) => {
  expectIndexed(await plansOf(() => list(filter)), name);
  expectIndexed(await plansOf(() => list({ ...filter, sort: "size" })), name);
});

test("R-05 the facts around an image come from indexes, however large its repository", async () => {
  const { workspaceId, spaceId } = tenant;
  const repositoryName = "acme/team3/app3";
  const neighbours = await loadNeighbourFacts({ workspaceId, spaceId, repositoryName });
  const { items } = await list({ repository: repositoryName });
  const plans = await plansOf(() => neighbours.around(items.slice(0, 8).map((one) => one.digest)));
  expect(plans.filter((plan) => plan.includes("images"))).not.toHaveLength(0);
  expectIndexed(plans);
});

test("K-31 a search may be all of a reference, or a part of a repository with the start of a tag", async () => {
  const namesOf = async (search: string) =>
    (await list({ search })).items.map((one) => `${one.repositoryName}:${one.tags[0]}`).sort();
  for (const before of ["", "acme/", "Registry.example:5000/acme/"]) {
    expect(await namesOf(`${before}team3/app3:v1.60.1`)).toEqual(["acme/team3/app3:v1.60.1"]);
  }
  expect(await namesOf("app3:v1.60.1")).toEqual(["acme/team10/app30:v1.60.1", "acme/team3/app3:v1.60.1"]);
  expect(await namesOf("app3:1.60.1")).toEqual([]);
  expect(await namesOf("app3:v1_60.1")).toEqual([]);
  expect((await list({ search: "registry.example/acme/team3/app3" })).total).toBe(400);
});

test("K-31 a platform is found by its architecture alone, in any case, whatever its variant", async () => {
  const all = (await list({ platform: "linux/arm64" })).total;
  expect(all).toBeGreaterThan(0);
  expect((await list({ platform: "arm64" })).total).toBe(all);
  expect((await list({ platform: " Linux/ARM64" })).total).toBe(all);
  expect((await list({ platform: "arm64/v7" })).total).toBe(0);
});

test("repositories and a selection are read by index, too", async () => {
  expectIndexed(
    await plansOf(() => listRepositories(tenant.scope, { spaceId: tenant.spaceId, sort: "size", limit: 100 })),
  );
  const { items } = await list();
  const images = items.map(({ repositoryName, digest }) => ({ repositoryName, digest }));
  expectIndexed(await plansOf(() => measureImages(tenant.scope, { spaceId: tenant.spaceId, selection: { images } })));
});

test("a walk by keyset and one by position name every image once, in the same order", async () => {
  const walk = { spaceId: tenant.spaceId, filter: { state: "tagged" as const }, isDescending: true, limit: 1000 };
  for (const sort of ["pulled", "name"] as const) {
    const seen: string[] = [];
    for (let after: ImagePosition | null = null, isLast = false; !isLast; ) {
      const rows = await listImageRows({ ...walk, sort, after, position: 0 });
      seen.push(...rows.map((row) => `${row.repositoryName}@${row.digest}`));
      const last = rows.at(-1);
      after = last ? positionOf(last, sort) : null;
      isLast = rows.length < walk.limit;
    }
    expect(seen).toHaveLength(11_760);
    expect(new Set(seen).size).toBe(11_760);
    const far = await listImageRows({ ...walk, sort, after: null, position: 7_345, limit: 50 });
    expect(far.map((row) => `${row.repositoryName}@${row.digest}`)).toEqual(seen.slice(7_345, 7_395));
  }
});
