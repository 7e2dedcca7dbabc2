import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { planReclaim } from "@/domain/reclaim/plan-reclaim";
import { reasonText } from "@/domain/rules/reason-text";
import {
  type BuiltImage,
  buildImage,
  buildIndex,
  buildLayer,
  buildSbom,
  type ImageLayer,
} from "@/scripts/demo/oci-image";
import { createImagePusher, type ImagePusher } from "@/scripts/demo/push-image";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { closeQueues } from "@/server/platform/queue/enqueue";
import { openRegistryById } from "@/server/registries/open-registry-by-id";
import { beyond, idle, rule } from "@/testing/artifact-facts";
import { setConsoleEnv } from "@/testing/console-env";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { testRedisUrl } from "@/testing/redis";
import { startTestRegistry, type TestRegistry } from "@/testing/registry";
import { type RegistryProxy, startRegistryProxy } from "@/testing/registry-proxy";
import { createTestTenant, type TestTenant } from "@/testing/tenant";
import { crawlRegistry } from "./crawl-registry";
import { crawlRepository } from "./crawl-repository";
import { listImages } from "./list-images";
import { loadSpaceFacts } from "./load-space-facts";
import { writePushTimes } from "./registry-event.store";
import { apiReader } from "./repository-reader";
import type { CheckRequest } from "./repository-reading";

let database: TestDatabase;
let registry: TestRegistry;
let proxy: RegistryProxy;
let pusher: ImagePusher;
let tenant: TestTenant;
let base: ImageLayer;
let sequence = 0;
const signal = new AbortController().signal;
const CREATED_AT = new Date("2024-05-06T07:08:09.000Z");

beforeAll(async () => {
  database = await createTestDatabase();
  setConsoleEnv({ databaseUrl: database.url, redisUrl: testRedisUrl() });
  registry = await startTestRegistry();
  proxy = await startRegistryProxy(registry.url);
  pusher = createImagePusher({ registryUrl: registry.url, username: null, password: null });
  base = await buildLayer("base", [{ path: "bin/sh", sizeBytes: 4_000 }]);
});
afterAll(async () => {
  pusher?.close();
  await closeQueues();
  await disconnectPrisma();
  await proxy?.stop();
  await registry?.stop();
  await database.drop();
});
beforeEach(async () => {
  sequence++;
  proxy.tamper = null;
  proxy.requests.length = 0;
  // Each test has a registry row of its own, without a storage; they are one process, told apart by the prefix of their space.
  tenant = await createTestTenant({ name: `t${sequence}`, registryUrl: `${proxy.url}/?${sequence}` });
});

function image(seed: string, architecture = "amd64"): BuiltImage {
  const platform = { os: "linux", architecture };
  return buildImage({ layers: [base], platform, createdAt: CREATED_AT, labels: { seed: `${sequence} ${seed}` } });
}
const repository = (name: string) => `t${sequence}/${name}`;
const routine = () => crawlRegistry(tenant.registryId, signal, { isThorough: false });
const thorough = () => crawlRegistry(tenant.registryId, signal);
/** Reads one repository, asking for no more than that. */
async function read(name: string, check: CheckRequest) {
  const open = await openRegistryById(tenant.registryId);
  if (!open) throw new Error("no registry");
  const space = { id: tenant.spaceId, workspaceId: tenant.workspaceId, prefix: `t${sequence}` };
  const reader = apiReader(open.adapter, Date.now);
  return crawlRepository(tenant.registryId, space, repository(name), reader, signal, { check });
}
async function remove(name: string, digest: string): Promise<void> {
  const answer = await fetch(`${registry.url}/v2/${name}/manifests/${digest}`, { method: "DELETE" });
  expect(answer.status).toBe(202);
}
/** `repository tag=digest` of all tags, and `repository digest` of all manifests that the inventory holds. */
async function inventory(): Promise<{ tags: string[]; manifests: string[] }> {
  const { spaceId } = tenant;
  const tags = await prisma().tag.findMany({ where: { repository: { spaceId } }, include: { repository: true } });
  const manifests = await prisma().repositoryManifest.findMany({
    where: { repository: { spaceId } },
    include: { repository: true },
  });
  return {
    tags: tags.map((tag) => `${tag.repository.name} ${tag.name}=${tag.digest}`).sort(),
    manifests: manifests.map((one) => `${one.repository.name} ${one.digest}`).sort(),
  };
}
const manifestRequests = () => proxy.requests.filter((line) => line.includes("/manifests/")).length;

test("platform and build time are read over the API, and a child that the registry does not have is missing", async () => {
  const [amd, arm, plain] = [image("amd"), image("arm", "arm64"), image("plain", "riscv64")];
  const children = [
    { platform: { os: "linux", architecture: "amd64" }, image: amd },
    { platform: { os: "linux", architecture: "arm64" }, image: arm },
  ];
  const index = buildIndex({ children, annotations: {} });
  await pusher.push(repository("app"), index, "multi");
  await pusher.push(repository("app"), plain, "plain");
  expect(await thorough()).toEqual({ repositories: 1, failed: 0 });
  const row = await prisma().manifest.findFirstOrThrow({ where: { digest: plain.digest } });
  expect(row).toMatchObject({ platform: "linux/riscv64", imageCreatedAt: CREATED_AT });
  const digests = [index, amd, arm, plain].map(({ digest }) => `${repository("app")} ${digest}`).sort();
  expect((await inventory()).manifests).toEqual(digests);

  await remove(repository("app"), arm.digest);
  await thorough();
  expect((await inventory()).manifests).toEqual(digests.filter((line) => !line.endsWith(arm.digest)));
  const shown = await prisma().image.findFirstOrThrow({ where: { digest: index.digest } });
  expect(shown).toMatchObject({ health: "partial", missing: [arm.digest] });
});

test("what a listing leaves out but the registry still has stays; what is really gone goes", async () => {
  for (const name of ["app", "app-extra", "other"]) {
    for (const tag of ["0.1.2", "0.1.20"]) await pusher.push(repository(name), image(`${name} ${tag}`), tag);
  }
  await thorough();
  const whole = await inventory();
  expect(whole.tags).toHaveLength(6);
  // 3.x on S3: pages drop repositories and tags whose name begins with another's.
  proxy.tamper = ({ path }) =>
    path.includes("_catalog")
      ? { change: ({ repositories }) => ({ repositories: without(repositories, repository("app-extra")) }) }
      : path.endsWith("/tags/list")
        ? { change: ({ name, tags }) => ({ name, tags: without(tags, "0.1.20") }) }
        : null;
  for (const crawl of [thorough, routine]) {
    expect(await crawl()).toEqual({ repositories: 3, failed: 0 });
    expect(await inventory()).toEqual(whole);
  }
  await remove(repository("app-extra"), image("app-extra 0.1.20").digest);
  await remove(repository("other"), image("other 0.1.2").digest);
  await routine();
  const isGone = (line: string) =>
    line.startsWith(`${repository("app-extra")} 0.1.20`) || line.startsWith(`${repository("other")} 0.1.2=`);
  expect((await inventory()).tags).toEqual(whole.tags.filter((line) => !isGone(line)));
  const history = await prisma().imageEvent.findMany({ where: { spaceId: tenant.spaceId, kind: "gone" } });
  expect(history.map((event) => event.tag).sort()).toEqual(["0.1.2", "0.1.20"]);
});

const without = (list: unknown, name: string) => (list as string[]).filter((one) => one !== name);

test("a listing or a question that fails takes nothing from the inventory, and the other repositories are read", async () => {
  for (const name of ["a", "b", "c"]) await pusher.push(repository(name), image(name), "v1");
  await thorough();
  const whole = await inventory();
  await pusher.push(repository("c"), image("new"), "v2");

  proxy.tamper = ({ path }) => (path === `/v2/${repository("b")}/tags/list` ? { status: 500, body: "{}" } : null);
  expect(await thorough()).toEqual({ repositories: 2, failed: 1 });
  expect((await inventory()).tags).toHaveLength(4);
  expect((await inventory()).tags).toEqual(expect.arrayContaining(whole.tags));

  proxy.tamper = ({ path }) =>
    path.startsWith(`/v2/${repository("b")}/manifests`) ? { status: 403, body: "{}" } : null;
  expect(await thorough()).toEqual({ repositories: 2, failed: 1 });
  proxy.tamper = ({ path }) => (path.includes("_catalog") ? { status: 500, body: "{}" } : null);
  await expect(thorough()).rejects.toThrow("_catalog");
  expect((await inventory()).tags).toHaveLength(4);
});

test("a registry that dies in the middle, or something else that answers 404 in its place, takes nothing", async () => {
  for (const name of ["a", "b", "c", "d", "e", "f"]) await pusher.push(repository(name), image(name), "v1");
  await thorough();
  const whole = await inventory();
  let answered = 0;
  proxy.tamper = () => (++answered > 4 ? "break" : null);
  await expect(thorough()).rejects.toThrow();
  expect(await inventory()).toEqual(whole);

  proxy.tamper = ({ path }) =>
    path.includes("_catalog") ? null : { status: 404, body: "default backend - 404", type: "text/plain" };
  await expect(thorough()).rejects.toThrow();
  expect(await inventory()).toEqual(whole);
});

test("a routine reading asks for new tags and for a share of the known ones, those asked for longest ago first", async () => {
  const first = image("first");
  const tags = Array.from({ length: 200 }, (_, i) => `v${i}`);
  for (const tag of tags) await pusher.push(repository("app"), first, tag);
  await thorough();
  const second = image("second");
  for (const tag of ["v0", "v199", "fresh"]) await pusher.push(repository("app"), second, tag);

  const asked = new Set<string>();
  for (const found of [1, 2]) {
    proxy.requests.length = 0;
    await routine();
    const names = proxy.requests.flatMap((line) => /\/manifests\/(\w+)$/.exec(line)?.[1] ?? []);
    expect(names.filter((name) => tags.includes(name))).toHaveLength(100);
    for (const name of names) asked.add(name);
    if (found === 1) expect(asked).toContain("fresh");
  }
  expect(asked.size).toBe(201);
  const moved = (await inventory()).tags.filter((line) => line.endsWith(second.digest));
  expect(moved.map((line) => /(\w+)=/.exec(line)?.[1]).sort()).toEqual(["fresh", "v0", "v199"]);
  const history = await prisma().imageEvent.findMany({
    where: { spaceId: tenant.spaceId, otherDigest: second.digest },
  });
  expect(history.map((event) => `${event.kind} ${event.tag}`).sort()).toEqual(["overwritten v0", "overwritten v199"]);
});

test("what a notification names is asked for, though no listing shows it: a tag that moved, an SBOM without a tag", async () => {
  const [before, after] = [image("before"), image("after")];
  await pusher.push(repository("app"), before, "v1");
  await thorough();
  const sbom = buildSbom({ subject: before, packages: ["zod"] });
  await pusher.push(repository("app"), sbom, null);
  await pusher.push(repository("app"), after, "v1");
  const { change } = await read("app", { share: 0, tags: ["v1"], digests: [sbom.digest, after.digest] });
  expect(change?.addedDigests.sort()).toEqual([sbom.digest, after.digest].sort());
  expect(change?.setTags).toEqual([{ name: "v1", digest: after.digest, before: before.digest }]);
  // The old one has lost its tag and is still there: untagged, not gone.
  expect((await inventory()).manifests).toHaveLength(3);
  const old = await prisma().repositoryManifest.findFirstOrThrow({ where: { digest: before.digest } });
  expect(old.untaggedSince).not.toBeNull();
});

test("a second reading with nothing new reads no manifest again and changes nothing", async () => {
  for (let i = 0; i < 5; i++) await pusher.push(repository("app"), image(`i${i}`), `v${i}`);
  await thorough();
  const space = await prisma().space.findUniqueOrThrow({ where: { id: tenant.spaceId } });
  proxy.requests.length = 0;
  await routine();
  expect(manifestRequests()).toBe(5);
  expect(proxy.requests.filter((line) => line.includes("/blobs/"))).toEqual([]);
  const after = await prisma().space.findUniqueOrThrow({ where: { id: tenant.spaceId } });
  expect(after.inventoryRevision).toBe(space.inventoryRevision);
  expect(await prisma().imageEvent.count({ where: { spaceId: tenant.spaceId } })).toBe(5);
});

test("law 2: the API tells no push times, so of what was there already nothing is the newest, and all of it stays", async () => {
  const images = [1, 2, 3, 4].map((at) => image(`i${at}`));
  for (const [at, one] of images.entries()) await pusher.push(repository("app"), one, `v${at}`);
  await thorough();
  const planned = async (when: ReturnType<typeof beyond>, inDays = 0) => {
    const frame = { nowMs: Date.now() + inDays * 86_400_000, graceMs: 3_600_000, pullTrackingSinceMs: 0 };
    const artifacts = await loadSpaceFacts(tenant.scope, tenant.spaceId);
    const others = { isDigestElsewhere: () => false, isBlobHeldElsewhere: () => false };
    const plan = planReclaim({ artifacts, rules: [rule("old", { when: [when] })], ...frame, ...others });
    const reasons = new Map(plan.verdicts.map((one) => [one.digest, reasonText(one.verdict)]));
    return {
      going: plan.items.map((item) => item.digest).sort(),
      reasons: images.map((one) => reasons.get(one.digest)),
    };
  };
  const newest = await planned(beyond(2, "pushed"), 100);
  expect(newest.going).toEqual([]);
  for (const reason of newest.reasons) expect(reason).toBe("kept: its push time is unknown, which rule *old* needs");
  // How old they are at least is known: they were there when they were first seen.
  expect((await planned(idle(30), 29)).going).toEqual([]);
  expect((await planned(idle(30), 31)).going).toEqual(images.map((one) => one.digest).sort());
  expect((await planned(beyond(0, "semver"))).reasons[0]).toContain("when it was pushed is unknown");

  const { items } = await listImages(tenant.scope, {
    spaceId: tenant.spaceId,
    state: "any",
    limit: 10,
    sort: "pushed",
  });
  expect(items.map((item) => item.isPushTimeFirstSeen)).toEqual([true, true, true, true]);
  // A notification tells the time, though it comes after the reading: from then on they can be told apart.
  const pushes = images.map((one, at) => {
    const pushedAt = new Date(Date.UTC(2026, 0, 1 + at)).toISOString();
    return { repository: repository("app"), digest: one.digest, tag: `v${at}`, at: pushedAt };
  });
  await prisma().$transaction((tx) => writePushTimes(tx, tenant.registryId, pushes));
  expect((await planned(beyond(2, "pushed"), 100)).going).toEqual(
    images
      .slice(0, 2)
      .map((one) => one.digest)
      .sort(),
  );
});

test("law 1: a registry whose storage is gone answers, lists nothing and has nothing: all that is known stays", async () => {
  for (const name of ["a", "b", "c"]) await pusher.push(repository(name), image(name), "v1");
  await thorough();
  const whole = await inventory();
  const unmounted = ({ path }: { path: string }) =>
    path === "/v2/"
      ? null
      : path.includes("_catalog")
        ? { status: 200, body: JSON.stringify({ repositories: [] }) }
        : { status: 404, body: JSON.stringify({ errors: [{ code: "NAME_UNKNOWN", message: "unknown" }] }) };
  proxy.tamper = unmounted;
  for (const crawl of [thorough, routine]) await expect(crawl()).rejects.toThrow("is its storage mounted?");
  // Nor does a listing that still knows names help.
  proxy.tamper = (request) => (request.path.includes("_catalog") ? null : unmounted(request));
  await expect(thorough()).rejects.toThrow("is its storage mounted?");
  expect(await inventory()).toEqual(whole);
  // What is really gone while something else is there goes.
  proxy.tamper = null;
  for (const name of ["a", "b"]) await remove(repository(name), image(name).digest);
  expect(await thorough()).toEqual({ repositories: 3, failed: 0 });
  expect((await inventory()).tags).toEqual(whole.tags.filter((line) => line.startsWith(`${repository("c")} `)));
});

test("law 1: a tag that moved on unnoticed is not gone with the image that it pointed to", async () => {
  const [before, after] = [image("before"), image("after")];
  for (const one of ["stays", "other"]) await pusher.push(repository("app"), image(one), one);
  await pusher.push(repository("app"), before, "latest");
  await pusher.push(repository("app"), before, "old");
  await thorough();
  await pusher.push(repository("app"), after, "latest");
  await remove(repository("app"), before.digest);
  await read("app", { share: 0, digests: [before.digest] });
  const app = repository("app");
  expect((await inventory()).tags).toEqual(
    [`latest=${after.digest}`, ...["other", "stays"].map((one) => `${one}=${image(one).digest}`)].map(
      (tag) => `${app} ${tag}`,
    ),
  );
  expect((await inventory()).manifests).toContain(`${app} ${after.digest}`);
});

test("K-13 a manifest that cannot be read is told of, and keeps nothing else from being read", async () => {
  const [bad, good, known] = [image("bad"), image("good"), image("known")];
  await pusher.push(repository("app"), known, "known");
  await thorough();
  await pusher.push(repository("app"), bad, "bad");
  await pusher.push(repository("app"), good, "good");
  const damaged = ["bad", "known", bad.digest, known.digest].map((one) => `/v2/${repository("app")}/manifests/${one}`);
  proxy.tamper = ({ method, path }) =>
    method === "GET" && damaged.includes(path) ? { change: (json) => ({ ...json, damaged: true }) } : null;
  const tags = [`bad=${bad.digest}`, `good=${good.digest}`, `known=${known.digest}`].map(
    (tag) => `${repository("app")} ${tag}`,
  );
  const problems: string[] = [];
  const onFailure = (name: string, message: string) => problems.push(`${name}: ${message}`);
  expect(await crawlRegistry(tenant.registryId, signal, { onFailure })).toEqual({ repositories: 1, failed: 0 });
  expect(problems).toEqual([expect.stringContaining(`${repository("app")}: 2 manifests could not be read: GET`)]);
  expect((await inventory()).tags).toEqual(tags);
  // What was read once stays what it is; what never was protects what is around it.
  const reasons = await prisma().manifest.findMany({
    where: { registryId: tenant.registryId },
    orderBy: { digest: "asc" },
  });
  const unreadable = reasons.filter((one) => one.unreadableReason !== null);
  const shownUnreadable = () => prisma().image.count({ where: { spaceId: tenant.spaceId, health: "unreadable" } });
  expect(await shownUnreadable()).toBe(1);
  expect(unreadable).toMatchObject([
    { digest: bad.digest, unreadableReason: expect.stringContaining("the bytes are") },
  ]);
  // Nor is it asked for before all others the next time.
  const { checkedAt } = await prisma().tag.findFirstOrThrow({
    where: { name: "bad", repository: { spaceId: tenant.spaceId } },
  });
  expect(Date.now() - checkedAt.getTime()).toBeLessThan(60_000);

  proxy.tamper = null;
  expect(await thorough()).toEqual({ repositories: 1, failed: 0 });
  expect(await shownUnreadable()).toBe(0);
  expect((await inventory()).tags).toEqual(tags);
});

test("untagged manifests take turns, those asked for longest ago first, whenever crawls run; a notification asks for none of them", async () => {
  const untagged = Array.from({ length: 8 }, (_, at) => image(`u${at}`));
  await pusher.push(repository("app"), image("tagged"), "v1");
  for (const one of untagged) await pusher.push(repository("app"), one, null);
  await read("app", { share: 0, digests: untagged.map((one) => one.digest) });
  const asked: string[] = [];
  for (let turn = 0; turn < 4; turn++) {
    proxy.requests.length = 0;
    await read("app", { share: 0.25 });
    const names = proxy.requests.flatMap((line) => /\/manifests\/(sha256:\w+)$/.exec(line)?.[1] ?? []);
    expect(names).toHaveLength(2);
    asked.push(...names);
  }
  expect(asked.sort()).toEqual(untagged.map((one) => one.digest).sort());
  proxy.requests.length = 0;
  await read("app", { share: 0, tags: ["v1"] });
  expect(proxy.requests.filter((line) => line.includes("/manifests/"))).toEqual([
    `GET /v2/${repository("app")}/manifests/v1`,
  ]);
});
