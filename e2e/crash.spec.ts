import { expect, test } from "@playwright/test";
import { Redis } from "ioredis";
import { startGc } from "@/contracts/gc";
import type { RunDto } from "@/contracts/history";
import { startReclaim } from "@/contracts/reclaim";
import { listBinEntries, startRestore } from "@/contracts/recycle-bin";
import { listRegistries } from "@/contracts/registries";
import { createRule, updateRule } from "@/contracts/rules";
import { binRepositoryName } from "@/domain/recycle-bin/bin-repository";
import { skopeoCopy } from "@/testing/skopeo";
import { StorageTree } from "@/testing/storage/storage-tree";
import { closureProblems, digestOfTag, verifyClosure } from "@/testing/storage/verify-closure";
import type { Api } from "./support/api";
import { type Database, openDatabase } from "./support/database";
import { killAt, type RunPoint } from "./support/kill-points";
import { letCollectionsRun, slowDownCollections, slowDownReadOnlyEnd } from "./support/slow-collection";
import type { EndToEndStack } from "./support/stack";
import { createFilledSpace, firstWorkspace, type TenantSpace, takeTags } from "./support/tenants";
import { NO_GRACE, openStack, SHORT_TIMES } from "./support/with-stack";

/**
 * The worker is killed in the middle of everything that takes long. Afterwards every image is whole in one place, its own or
 * the bin; every number adds up; pushes are taken.
 */
const REPOSITORIES = 4;
const IMAGES = 12;
/** Two tags a repository in each run. */
const PER_RUN = 2 * REPOSITORIES;
const ORPHANS = 3_000;

let stack: EndToEndStack;
let database: Database;
let api: Api;
let account: { username: string; password: string };
let space: TenantSpace;
let place: { workspaceId: string; spaceId: string };
let rule: { id: string; revision: number };

test.beforeAll(async () => {
  // Two repositories at a time: with all four at once there would be no moment between the first image that is done and the last one.
  const environment = { ...SHORT_TIMES, ...NO_GRACE, RECLAIM_MOVE_CONCURRENCY: "2" };
  stack = await openStack("crash", { isDemo: false, environment });
  database = await openDatabase(stack.databaseUrl);
  const first = await firstWorkspace(stack);
  api = first.api;
  account = { username: first.session.email, password: first.session.password };
  space = await createFilledSpace(stack, first, {
    prefix: "crash",
    repositories: REPOSITORIES,
    imagesPerRepository: IMAGES,
  });
  place = { workspaceId: first.workspaceId, spaceId: space.spaceId };
  rule = await api.call(createRule, { params: place, body: { name: "take", definition: takeTags("nothing") } });
});
test.afterAll(async () => {
  await database?.close();
  await stack?.stop();
});

/**
 * Runs the rule over the images with these tags, and all their other tags; not waited for. Restored images stay exempt from what the
 * rule said when it took them: each run's rule says something that none said before.
 */
async function reclaim(...first: string[]): Promise<RunDto> {
  const tags = [...first, ...first.map((tag) => tag.replace("v", "also-")), `nothing-${rule.revision}`];
  rule = await api.call(updateRule, {
    params: { ...place, ruleId: rule.id },
    body: { revision: rule.revision, definition: takeTags(...tags) },
  });
  return api.call(startReclaim, { params: place, body: { ruleIds: [rule.id] } });
}

async function heldEntries() {
  const { items } = await api.call(listBinEntries, { params: place, query: { limit: 500 } });
  return items;
}

async function end(run: RunDto): Promise<RunDto> {
  return api.untilOver(place.workspaceId, run.id, 45_000);
}

/** Nothing lost, nothing doubled: `inBin` says which images are in the bin by now. */
async function expectEveryImageWhole(inBin: (tag: string) => boolean): Promise<void> {
  const entries = await heldEntries();
  for (const { repository, digest, tags } of space.images) {
    const [tag = ""] = tags;
    const of = entries.filter((entry) => entry.repositoryName === repository && entry.digest === digest);
    const bin = binRepositoryName(space.spaceId, repository);
    const isThere = (where: string) => closureProblems(stack.storageRoot, where, digest);
    if (inBin(tag)) {
      expect(
        of.map(({ state, tags: kept }) => ({ state, kept: [...kept].sort() })),
        `${repository}:${tag}`,
      ).toEqual([{ state: "held", kept: expect.arrayContaining([...tags].sort()) }]);
      expect(isThere(bin), `${repository}:${tag} in the bin`).toEqual([]);
      expect(isThere(repository), `${repository}:${tag} at its source`).toContain("target revision link missing");
    } else {
      expect(of, `${repository}:${tag}`).toEqual([]);
      expect(isThere(repository), `${repository}:${tag}`).toEqual([]);
      for (const name of tags) expect(digestOfTag(stack.storageRoot, repository, name)).toBe(digest);
    }
  }
  const expected = space.images.filter(({ tags }) => inBin(tags[0] ?? "")).length;
  expect(entries.length).toBe(expected);
  expect(verifyClosure(stack.storageRoot).broken).toEqual({});
}

async function expectPushesTaken(): Promise<void> {
  const { items } = await api.call(listRegistries, { params: { workspaceId: place.workspaceId } });
  expect(items.map(({ readOnly }) => readOnly)).toEqual([null]);
  const at = { registryUrl: stack.registryUrl, repository: "crash/app-0", ...account };
  const pushed = await skopeoCopy(
    { ...at, reference: "v11" },
    { ...at, repository: "crash/after", reference: "pushed" },
  );
  expect(pushed).toEqual({ ok: true, error: null });
}

const moving = (step: string, done: number) => (point: RunPoint) => point.steps.includes(step) && point.done >= done;

test.describe
  .serial("a reclaim", () => {
    const POINTS: [string, (point: RunPoint) => boolean][] = [
      ["making its plan", ({ phase }) => phase === "planning"],
      ["recording the first image", moving("record", 0)],
      ["copying after one image", moving("copy", 1)],
      ["verifying after three", moving("verify", 3)],
      ["removing after five", moving("remove", 5)],
    ];
    for (const [at, [what, isThere]] of POINTS.entries()) {
      test(`killed while ${what}`, async () => {
        const run = await reclaim(`v${2 * at}`, `v${2 * at + 1}`);
        await killAt({ stack, database }, run.id, what, isThere);
        await stack.startWorker();
        const { status, totals } = await end(run);
        expect({ status, ...totals }).toMatchObject({
          ...{ status: "succeeded", itemsTotal: PER_RUN, itemsDone: PER_RUN, itemsSkipped: 0, itemsFailed: 0 },
        });
        await expectEveryImageWhole((tag) => Number(tag.slice(1)) < 2 * (at + 1));
      });
    }
  });

test.describe
  .serial("a restore", () => {
    const POINTS: [string, (point: RunPoint) => boolean][] = [
      ["copying the first image", moving("copy", 0)],
      ["verifying after one", moving("verify", 1)],
      ["setting tags after two", moving("tag", 2)],
      ["cleaning the bin after three", moving("clean", 3)],
      ["half of it is done", ({ done, isOver }) => done >= PER_RUN / 2 && !isOver],
    ];
    for (const [at, [what, isThere]] of POINTS.entries()) {
      test(`killed while ${what}`, async () => {
        const wanted = [`v${2 * at}`, `v${2 * at + 1}`];
        const entries = (await heldEntries()).filter(({ tags }) => tags.some((tag) => wanted.includes(tag)));
        expect(entries.length).toBe(PER_RUN);
        const entryIds = entries.map(({ id }) => id);
        const run = await api.call(startRestore, { params: place, body: { entryIds } });
        await killAt({ stack, database }, run.id, what, isThere);
        await stack.startWorker();
        const { status, totals } = await end(run);
        expect({ status, ...totals }).toMatchObject({
          ...{ status: "succeeded", itemsTotal: PER_RUN, itemsDone: PER_RUN, itemsFailed: 0 },
        });
        await expectEveryImageWhole((tag) => {
          const number = Number(tag.slice(1));
          return number >= 2 * (at + 1) && number < 10;
        });
      });
    }
  });

test.describe
  .serial("a garbage collection", () => {
    const POINTS: [string, (point: RunPoint) => boolean][] = [
      ["waiting for writers", ({ phase }) => phase === "waiting_for_writers"],
      ["marking", ({ phase }) => phase === "marking"],
      [
        "sweeping, before the first batch is written down",
        ({ phase, deleted }) => phase === "sweeping" && deleted === 0,
      ],
      ["half of it is swept", ({ deleted }) => deleted >= ORPHANS / 2],
      ["finishing", ({ phase }) => phase === "finishing"],
    ];
    for (const [at, [what, isThere]] of POINTS.entries()) {
      test(`killed while ${what}`, async () => {
        const tree = new StorageTree(stack.storageRoot);
        const orphans = Array.from({ length: ORPHANS }, (_, i) => tree.blob(`nobody needs ${at}/${i}`));
        // A token just handed out makes a collection wait, and slow ends of phases make each of them long enough to be met.
        await expectPushesTaken();
        await slowDownCollections(database, 0.5);
        await slowDownReadOnlyEnd(database, 1);
        const run = await api.call(startGc, { params: place, body: { deleteUntagged: true } });
        await killAt({ stack, database }, run.id, what, isThere);
        await letCollectionsRun(database);
        await stack.startWorker();
        const { status, totals } = await end(run);
        expect(status).toBe("succeeded");
        // The first one also sweeps what the moves of the earlier tests left.
        if (at > 0) expect(totals.deletedBlobs).toBe(ORPHANS);
        else expect(totals.deletedBlobs).toBeGreaterThanOrEqual(ORPHANS);
        expect(orphans.filter((digest) => tree.hasBlob(digest))).toEqual([]);
        await expectEveryImageWhole(() => false);
        await expectPushesTaken();
      });
    }
  });

test("Redis is flushed in the middle of a run, and while one waits", async () => {
  const redis = new Redis(stack.redisUrl);
  try {
    const first = await reclaim("v0", "v1");
    await api.untilRun(place.workspaceId, first.id, "moving", ({ phase }) => phase === "moving");
    await redis.flushall();
    expect((await end(first)).totals).toMatchObject({ itemsDone: PER_RUN, itemsFailed: 0 });
    await stack.killWorker();
    const second = await reclaim("v2", "v3");
    await redis.flushall();
    await stack.startWorker();
    expect((await end(second)).totals).toMatchObject({ itemsDone: PER_RUN, itemsFailed: 0 });
  } finally {
    redis.disconnect();
  }
  await expectEveryImageWhole((tag) => Number(tag.slice(1)) < 4);
});

test("two workers share the work, and no image is moved twice", async () => {
  const other = await stack.startAnotherWorker();
  try {
    const entryIds = (await heldEntries()).map(({ id }) => id);
    const restore = await api.call(startRestore, { params: place, body: { entryIds } });
    const moved = await reclaim("v6", "v7");
    const collected = await api.call(startGc, { params: place, body: { deleteUntagged: true } });
    const ends = await Promise.all([restore, moved, collected].map(end));
    expect(ends.map(({ status }) => status)).toEqual(["succeeded", "succeeded", "succeeded"]);
    expect(ends.map(({ totals }) => totals.itemsDone)).toEqual([2 * PER_RUN, PER_RUN, undefined]);
    const claims = await database.rows<{ epoch: number }>("SELECT epoch FROM runs WHERE id = ANY($1)", [
      ends.map(({ id }) => id),
    ]);
    expect(claims.map(({ epoch }) => epoch)).toEqual([1, 1, 1]);
  } finally {
    await other.stop();
  }
  await expectEveryImageWhole((tag) => tag === "v6" || tag === "v7");
  await expectPushesTaken();
});
