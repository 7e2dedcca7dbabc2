import { afterAll, beforeAll, expect, test } from "vitest";
import { BlobTable } from "@/domain/reclaim/blob-table";
import { withBulkConnection } from "@/server/platform/db/bulk-connection";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { setConsoleEnv } from "@/testing/console-env";
import { fillLargeInventory } from "@/testing/large-inventory";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { testRedisUrl } from "@/testing/redis";
import { createTestTenant, type TestTenant } from "@/testing/tenant";
import { listRepositoriesToRead } from "./list-repositories-to-read";
import { readListedRepositories } from "./read-listed-repositories";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  setConsoleEnv({ databaseUrl: database.url, redisUrl: testRedisUrl() });
});
afterAll(async () => {
  await disconnectPrisma();
  await database.drop();
});

interface ReadRepository {
  name: string;
  digests: string[];
  tags: string[];
  elsewhere: string[];
}

/** `work` is what is done between two repositories: the next ones are read meanwhile. */
async function readAll(tenant: TestTenant, work: () => Promise<unknown>): Promise<ReadRepository[]> {
  return withBulkConnection(new AbortController().signal, async (reader) => {
    const { repositories, notes } = await listRepositoriesToRead(reader, tenant);
    const read: ReadRepository[] = [];
    for await (const facts of readListedRepositories(reader, tenant, repositories, notes, new BlobTable())) {
      read.push({
        name: facts.name,
        digests: facts.artifacts.map(({ digest }) => digest),
        tags: facts.artifacts.flatMap(({ tags }) => tags.map(({ name }) => name)).sort(),
        elsewhere: [...facts.subjectsElsewhere].sort(),
      });
      await work();
    }
    return read;
  });
}

/** What the tables say, read in the plainest way. */
async function stored({ spaceId }: TestTenant): Promise<Omit<ReadRepository, "elsewhere">[]> {
  const repositories = await prisma().$queryRaw<{ id: string; name: string; digests: string[]; tags: string[] }[]>`
    SELECT r.id, r.name,
      ARRAY(SELECT rm.digest FROM repository_manifests rm WHERE rm.repository_id = r.id ORDER BY rm.digest COLLATE "C") AS digests,
      ARRAY(SELECT t.name FROM tags t WHERE t.repository_id = r.id ORDER BY t.name COLLATE "C") AS tags
    FROM repositories r WHERE r.space_id = ${spaceId} ORDER BY r.name COLLATE "C"`;
  return repositories.map(({ name, digests, tags }) => ({ name, digests, tags }));
}

test("more images than are read at a time come by repository, in the order of the names, each with what is its own", async () => {
  const tenant = await createTestTenant({ name: "acme", prefix: "acme" });
  await fillLargeInventory(tenant, { repositories: 7, imagesPerRepository: 400, tagsPerImage: 2 });
  // Again, in the memory of the first time.
  for (let time = 0; time < 2; time++) {
    const read = await readAll(tenant, () => stored(tenant));
    expect(read.map(({ name, digests, tags }) => ({ name, digests, tags }))).toEqual(await stored(tenant));
  }
});

test("a large repository is read as it comes, and so are those before and after it", async () => {
  const tenant = await createTestTenant({ name: "acme", prefix: "acme" });
  await fillLargeInventory(tenant, { repositories: 3, imagesPerRepository: 60, tagsPerImage: 2 });
  const [, large] = await stored(tenant);
  // Its count is what it is known to be large by.
  expect(
    await prisma().$executeRaw`UPDATE repositories SET image_count = 4000
      WHERE space_id = ${tenant.spaceId} AND name = ${large?.name}`,
  ).toBe(1);
  const read = await readAll(tenant, () => stored(tenant));
  expect(read.map(({ name, digests, tags }) => ({ name, digests, tags }))).toEqual(await stored(tenant));
});

test("C2.4 a subject that another repository has is known to be there, whether a field or a fallback tag names it", async () => {
  const tenant = await createTestTenant({ name: "acme", prefix: "acme" });
  await fillLargeInventory(tenant, { repositories: 6, imagesPerRepository: 4, tagsPerImage: 1 });
  const repositories = await stored(tenant);
  const digestsOf = (at: number) => repositories[at]?.digests ?? [];
  const [field, tag, own, nowhere] = [digestsOf(5)[0], digestsOf(5)[1], digestsOf(3)[1], `sha256:${"0".repeat(64)}`];
  const { registryId } = tenant;
  const belongsTo = (digest: string | undefined, subject: string | undefined) =>
    prisma()
      .$executeRaw`UPDATE manifests SET subject_digest = ${subject} WHERE registry_id = ${registryId} AND digest = ${digest}`;
  expect(await belongsTo(digestsOf(1)[0], field)).toBe(1);
  expect(await belongsTo(digestsOf(3)[0], own)).toBe(1);
  expect(await belongsTo(digestsOf(4)[0], nowhere)).toBe(1);
  const fallback = `${tag?.replace(":", "-")}.sig`;
  expect(
    await prisma().$executeRaw`UPDATE tags SET name = ${fallback} WHERE ctid = (
      SELECT t.ctid FROM tags t JOIN repositories r ON r.id = t.repository_id
      WHERE r.space_id = ${tenant.spaceId} AND r.name = ${repositories[2]?.name} LIMIT 1)`,
  ).toBe(1);
  const elsewhere = (await readAll(tenant, async () => {})).map((read) => read.elsewhere);
  expect(elsewhere).toEqual([[], [field], [tag], [], [], []]);
});
