import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { listImageEvents as eventsOperation, listImagePulls as pullsOperation } from "@/contracts/image-history";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { newId } from "@/server/platform/new-id";
import { setConsoleEnv } from "@/testing/console-env";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { testRedisUrl } from "@/testing/redis";
import { createTestTenant, type TestTenant } from "@/testing/tenant";
import { listImageEvents } from "./list-image-events";
import { listImagePulls } from "./list-image-pulls";
import { type NewImageEvent, recordImageEvents } from "./record-image-events";

let database: TestDatabase;
let tenant: TestTenant;

beforeAll(async () => {
  database = await createTestDatabase();
  setConsoleEnv({ databaseUrl: database.url, redisUrl: testRedisUrl() });
});
afterAll(async () => {
  await disconnectPrisma();
  await database.drop();
});
beforeEach(async () => {
  tenant = await createTestTenant();
});
afterEach(() => {
  vi.restoreAllMocks();
});

const A = `sha256:aa${"0".repeat(62)}`;
const B = `sha256:bb${"1".repeat(62)}`;
const minute = (n: number) => new Date(Date.UTC(2026, 0, 1, 0, n));

function record(...events: Partial<NewImageEvent>[]): Promise<void> {
  const { workspaceId, spaceId } = tenant;
  const rows = events.map(
    (event, i): NewImageEvent => ({
      ...{ workspaceId, spaceId, repositoryName: "acme/app", digest: A, tag: "v1", kind: "pushed", source: "event" },
      at: minute(i),
      ...event,
    }),
  );
  return prisma().$transaction((tx) => recordImageEvents(tx, rows));
}

const list = async (
  query: Omit<Parameters<typeof listImageEvents>[1], "spaceId" | "limit"> & { limit?: number } = {},
) =>
  eventsOperation.response.parse(
    await listImageEvents(tenant.scope, { spaceId: tenant.spaceId, limit: 100, ...query }),
  );

test("N-11 “who deleted my tag” is answered after tag, image, repository and rule are gone", async () => {
  await record(
    { actorName: "eddi", userAgent: "skopeo/1.9" },
    {
      ...{ kind: "recycled", source: "run", actorName: "Ada", runId: "run_1" },
      ...{ ruleId: "rule_1", ruleName: "PR builds", ruleRevision: 3 },
    },
    { digest: B, tag: "other" },
    { repositoryName: "acme/web", tag: "v1" },
  );
  expect(await prisma().repository.count({ where: { spaceId: tenant.spaceId } })).toBe(0);
  const { items, total, nextCursor } = await list({ repository: "acme/app", tag: "v1" });
  expect([total, nextCursor]).toEqual([2, null]);
  expect(items).toMatchObject([
    {
      ...{ kind: "recycled", at: minute(1).toISOString(), runId: "run_1", actorName: "Ada" },
      text: "moved to the recycle bin by rule “PR builds” (revision 3), in a run of Ada",
      rule: { id: "rule_1", name: "PR builds", revision: 3 },
    },
    { kind: "pushed", text: "pushed as v1 by eddi with skopeo/1.9", rule: null },
  ]);
  expect((await list({ digest: B })).items).toMatchObject([{ tag: "other" }]);
});

test("N-11 a search finds by parts of tags and repositories and starts of digests, every character as it is", async () => {
  await record(
    { tag: "Release-1_0" },
    { tag: "release-1x0" },
    { tag: null, digest: B, repositoryName: "acme/we%b" },
    { tag: "v1", repositoryName: "acme/web" },
  );
  const tagsOf = async (search: string) =>
    (await list({ search })).items.map((item) => item.tag ?? item.repositoryName);
  expect(await tagsOf("release")).toEqual(["release-1x0", "Release-1_0"]);
  expect(await tagsOf("1_0")).toEqual(["Release-1_0"]);
  expect(await tagsOf("we%b")).toEqual(["acme/we%b"]);
  expect(await tagsOf("ME/WEB")).toEqual(["v1"]);
  expect(await tagsOf("sha256:BB11")).toEqual(["acme/we%b"]);
  expect(await tagsOf("bb11")).toEqual(["acme/we%b"]);
  expect(await tagsOf(" nothing ")).toEqual([]);
  expect((await list({ search: "v1", repository: "acme/app" })).items).toEqual([]);
});

test("pages follow each other without gap or repetition, at equal times too", async () => {
  await record(...Array.from({ length: 25 }, (_, i) => ({ tag: `t${i}`, at: minute(Math.floor(i / 10)) })));
  const seen: (string | null)[] = [];
  let cursor: string | undefined;
  do {
    const page = await list({ cursor, limit: 4 });
    expect(page.total).toBe(25);
    seen.push(...page.items.map((item) => item.tag));
    cursor = page.nextCursor ?? undefined;
  } while (cursor);
  expect(seen).toEqual(Array.from({ length: 25 }, (_, i) => `t${24 - i}`));
  expect((await list({ cursor: "nonsense", limit: 4 })).items).toHaveLength(4);
});

test("K-33 who may only read a space sees what happened, not who did it by which rule; others see nothing", async () => {
  await record({ actorName: "eddi", userAgent: "skopeo", runId: "run_1", ruleName: "secret rule", reason: "secret" });
  const reader = await createTestTenant({ name: "reader" });
  const ask = { spaceId: tenant.spaceId, limit: 10 };
  const pullsOf = { spaceId: tenant.spaceId, repository: "acme/app", digest: A };
  await expect(listImageEvents(reader.scope, ask)).rejects.toMatchObject({ code: "not_found" });
  await expect(listImagePulls(reader.scope, pullsOf)).rejects.toMatchObject({ code: "not_found" });
  await givePull();
  const { workspaceId } = reader;
  await prisma().spaceBinding.create({ data: { spaceId: tenant.spaceId, workspaceId, createdByName: "Ada" } });
  await prisma().space.update({ where: { id: tenant.spaceId }, data: { ignoredPullers: ["secret-bot"] } });
  const events = await listImageEvents(reader.scope, ask);
  expect(events.items).toMatchObject([{ kind: "pushed", tag: "v1", actorName: null, userAgent: null, rule: null }]);
  expect(JSON.stringify(events)).not.toMatch(/eddi|secret|run_1/);
  const pulls = await listImagePulls(reader.scope, pullsOf);
  expect(pulls.items).toMatchObject([{ actorName: null, userAgent: "docker/27", count: 4 }]);
  expect(JSON.stringify(pulls)).not.toMatch(/ada|secret/);
});

async function givePull(): Promise<void> {
  const { workspaceId, spaceId, registryId } = tenant;
  const id = newId("repo");
  await prisma().repository.create({ data: { id, workspaceId, spaceId, registryId, name: "acme/app" } });
  await prisma().imagePull.create({
    data: {
      ...{ repositoryId: id, workspaceId, digest: A, actorName: "ada", userAgent: "docker/27", tag: "v1", count: 4 },
      ...{ firstAt: minute(1), lastAt: minute(9) },
    },
  });
}

test("N-12 pulls are told by who and what, with what is left out and since when they are known", async () => {
  await givePull();
  const ask = () => listImagePulls(tenant.scope, { spaceId: tenant.spaceId, repository: "acme/app", digest: A });
  const unknown = pullsOperation.response.parse(await ask());
  expect(unknown).toMatchObject({ trackingSince: null, ignored: { ofSpace: [] } });
  expect(unknown.ignored.wellKnown).toContain("trivy");
  expect(unknown.items).toEqual([
    {
      ...{ digest: A, actorName: "ada", userAgent: "docker/27", tag: "v1", count: 4 },
      ...{ firstAt: minute(1).toISOString(), lastAt: minute(9).toISOString() },
    },
  ]);
  const { registryId, spaceId } = tenant;
  await prisma().registry.update({ where: { id: registryId }, data: { pullTrackingSince: minute(3) } });
  await prisma().space.update({ where: { id: spaceId }, data: { createdAt: minute(2) } });
  expect((await ask()).trackingSince).toBe(minute(3).toISOString());
  // What the registry told before the space was there, nobody kept.
  await prisma().space.update({ where: { id: spaceId }, data: { createdAt: minute(5) } });
  expect((await ask()).trackingSince).toBe(minute(5).toISOString());
  // The console's own registry is set up to tell from the start, even before its first notification.
  const registry = { auth: "console" as const, pullTrackingSince: null, createdAt: minute(4) };
  await prisma().registry.update({ where: { id: registryId }, data: registry });
  expect((await ask()).trackingSince).toBe(minute(5).toISOString());
});

test("a long history is read by its indexes, whatever is asked of it", async () => {
  const { workspaceId, spaceId } = tenant;
  await prisma().$executeRaw`
    INSERT INTO image_events (workspace_id, space_id, repository_name, digest, tag, kind, at, source)
    SELECT ${workspaceId}, ${spaceId}, 'acme/r' || n % 40, 'sha256:' || md5(n::text) || md5((n + 1)::text), 'build-' || n, 'pushed',
      now() - make_interval(secs => n), 'event' FROM generate_series(1, 60000) n`;
  await prisma().$executeRaw`ANALYZE image_events`;
  const asked: { text: string; values: unknown[] }[] = [];
  const original = pg.Client.prototype.query as unknown as (...args: unknown[]) => unknown;
  vi.spyOn(pg.Client.prototype, "query").mockImplementation(function (this: pg.Client, ...args: unknown[]) {
    const [config, values] = args as [{ text: string; values?: unknown[] }, unknown[] | undefined];
    if (typeof config === "object" && config.text.includes("FROM image_events"))
      asked.push({ text: config.text, values: config.values ?? values ?? [] });
    return original.apply(this, args);
  } as never);
  expect((await list({ limit: 5 })).total).toBe(10_000);
  expect((await list({ search: "build-31415" })).items).toHaveLength(1);
  expect((await list({ search: "acme/r17", limit: 5 })).items).toHaveLength(5);
  expect((await list({ tag: "build-59999" })).items).toHaveLength(1);
  expect((await list({ repository: "acme/r7", tag: "build-7" })).items).toHaveLength(1);
  vi.restoreAllMocks();
  expect(asked.length).toBeGreaterThan(10);
  for (const { text, values } of asked) {
    // What is counted up to a limit may be read in the order it lies in.
    if (text.includes("count(*)") && !text.includes("tag")) continue;
    const plan = await prisma().$queryRawUnsafe<{ "QUERY PLAN": string }[]>(`EXPLAIN ${text}`, ...values);
    const lines = plan.map((row) => row["QUERY PLAN"]).join("\n");
    expect(lines, text).not.toContain("Seq Scan on image_events");
  }
});
