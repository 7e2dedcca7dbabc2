import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { updateSpaceBodySchema } from "@/contracts/spaces";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { newId } from "@/server/platform/new-id";
import { closeQueues } from "@/server/platform/queue/enqueue";
import { setConsoleEnv } from "@/testing/console-env";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { testRedisUrl } from "@/testing/redis";
import { createTestTenant, type TestTenant } from "@/testing/tenant";
import { createSpace } from "./create-space";
import { getSpace } from "./get-space";
import { listSpaces } from "./list-spaces";
import { updateSpace } from "./update-space";

let database: TestDatabase;
let tenant: TestTenant;

beforeAll(async () => {
  database = await createTestDatabase();
  setConsoleEnv({ databaseUrl: database.url, redisUrl: testRedisUrl() });
});
afterAll(async () => {
  await closeQueues();
  await disconnectPrisma();
  await database.drop();
});
beforeEach(async () => {
  tenant = await createTestTenant({ prefix: "acme" });
});

const create = (prefix: string, name = prefix) =>
  createSpace(tenant.scope, { name, registryId: tenant.registryId, prefix });

test("prefixes of one registry never overlap, whoever races", async () => {
  for (const prefix of ["acme", "acme/web", "recyclebin", "recyclebin/x"]) {
    await expect(create(prefix, `as ${prefix}`)).rejects.toMatchObject({ code: "unprocessable" });
  }
  const raced = await Promise.allSettled([create("team"), create("team/a"), create("team/b"), create("team/a/x")]);
  const prefixes = (await listSpaces(tenant.scope, {})).items.map((space) => space.prefix);
  expect(raced.some((result) => result.status === "fulfilled")).toBe(true);
  for (const a of prefixes) for (const b of prefixes) if (a !== b) expect(`${a}/`.startsWith(`${b}/`)).toBe(false);
  expect((await create("acme-labs")).prefix).toBe("acme-labs");
});

test("K-30 names that differ in upper and lower case alone are one name; the space itself may change its case", async () => {
  const team = await create("team", "Team");
  const other = await create("other");
  await expect(create("more", "tEAM")).rejects.toMatchObject({ code: "conflict" });
  const rename = (spaceId: string, name: string) => updateSpace(tenant.scope, { spaceId, name });
  await expect(rename(other.id, "TEAM")).rejects.toMatchObject({ code: "conflict" });
  expect((await rename(team.id, "team")).name).toBe("team");
});

test("a space on a registry of another workspace cannot be made", async () => {
  const other = await createTestTenant({ name: "other" });
  await prisma().registry.update({ where: { id: other.registryId }, data: { workspaceId: other.workspaceId } });
  const attempt = createSpace(tenant.scope, { name: "theirs", registryId: other.registryId, prefix: "theirs" });
  await expect(attempt).rejects.toMatchObject({ code: "not_found" });
});

test("a new retention counts for what is in the bin already", async () => {
  const recycledAt = new Date("2026-01-01T00:00:00Z");
  await prisma().binEntry.create({
    data: {
      id: newId("bin"),
      workspaceId: tenant.workspaceId,
      spaceId: tenant.spaceId,
      registryId: tenant.registryId,
      repositoryName: "acme/app",
      binRepositoryName: `recyclebin/${tenant.spaceId}/acme/app`,
      digest: `sha256:${"a".repeat(64)}`,
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      kind: "image",
      state: "held",
      reason: {},
      runId: "run_x",
      actorName: "x",
      sizeBytes: 7n,
      recycledAt,
      purgeAfter: new Date("2026-01-31T00:00:00Z"),
      manifests: {
        create: {
          digest: `sha256:${"a".repeat(64)}`,
          ordinal: 0,
          role: "top",
          mediaType: "application/vnd.oci.image.manifest.v1+json",
          sizeBytes: 7,
          isRemovedAtSource: true,
        },
      },
    },
  });
  const space = await updateSpace(tenant.scope, { spaceId: tenant.spaceId, binRetentionDays: 7 });
  expect(space).toMatchObject({ binRetentionDays: 7, binEntryCount: 1, binBytes: 7 });
  const entry = await prisma().binEntry.findFirst({ where: { spaceId: tenant.spaceId } });
  expect(entry?.purgeAfter?.toISOString()).toBe("2026-01-08T00:00:00.000Z");
});

test("N-12 a space names whose pulls do not count, and history tells of it", async () => {
  const save = (ignoredPullers: string[]) => updateSpace(tenant.scope, { spaceId: tenant.spaceId, ignoredPullers });
  expect(await save(["mirror-*", "curl", "curl"])).toMatchObject({ ignoredPullers: ["mirror-*", "curl"] });
  await save(["mirror-*", "curl"]);
  const audits = await prisma().auditEvent.findMany({ where: { spaceId: tenant.spaceId, action: "spaces.update" } });
  expect(audits.map(({ data }) => data)).toMatchObject([
    { ignoredPullers: ["mirror-*", "curl"], before: { ignoredPullers: [] } },
  ]);
  const isTaken = (ignoredPullers: string[]) => updateSpaceBodySchema.safeParse({ ignoredPullers }).success;
  expect(isTaken([" trimmed "])).toBe(true);
  for (const refused of [[""], ["*"], ["* *"], ["a\u202eb"], ["x".repeat(201)], Array<string>(51).fill("x")])
    expect(isTaken(refused), refused[0]).toBe(false);
});

test("a foreign space is not found, and not listed", async () => {
  const other = await createTestTenant({ name: "other" });
  await expect(getSpace(other.scope, { spaceId: tenant.spaceId })).rejects.toMatchObject({ code: "not_found" });
  await expect(updateSpace(other.scope, { spaceId: tenant.spaceId, name: "mine now" })).rejects.toMatchObject({
    code: "not_found",
  });
  expect((await listSpaces(other.scope, {})).items.map((space) => space.id)).toEqual([other.spaceId]);
});
