import { expect, test } from "@playwright/test";
import { Redis } from "ioredis";
import { startGc } from "@/contracts/gc";
import { getRun, type RunDto } from "@/contracts/history";
import { startReclaim } from "@/contracts/reclaim";
import { listBinEntries, startRestore } from "@/contracts/recycle-bin";
import { listRegistries } from "@/contracts/registries";
import { createRule, updateRule } from "@/contracts/rules";
import { binRepositoryName } from "@/domain/recycle-bin/bin-repository";
import { skopeoCopy } from "@/testing/skopeo";
import { StorageTree } from "@/testing/storage/storage-tree";
import { closureProblems, digestOfTag, verifyClosure } from "@/testing/storage/verify-closure";
import { until } from "@/testing/until";
import type { Api } from "./support/api";
import { type Database, openDatabase } from "./support/database";
import { type KillPoint, killAt, type RunPoint, whileHeld } from "./support/kill-points";
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
/** Of five batches that a collection writes down. */
const ORPHANS = 2_500;
/** For what hangs. */
const END_MS = 150_000;

let stack: EndToEndStack;
let database: Database;
let api: Api;
let account: { username: string; password: string };
let space: TenantSpace;
let place: { workspaceId: string; spaceId: string };
let rule: { id: string; revision: number };
/** Nothing is left over that a collection could find besides what a test puts there. */
let isCollected = false;

test.beforeAll(async () => {
  // Two repositories at a time: whoever is the last to begin finds those of two others done, and is held by points between the images.
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

/** Asked of the database: a console that is asked twenty times a second has less of the processor for what it is asked about. */
async function end({ id: runId }: RunDto): Promise<RunDto> {
  const isOver = () => database.rows("SELECT FROM runs WHERE id = $1 AND finished_at IS NOT NULL", [runId]);
  await until(`run ${runId} is over`, async () => (await isOver()).length, { timeoutMs: END_MS, everyMs: 100 });
  return api.call(getRun, { params: { workspaceId: place.workspaceId, runId } });
}

async function tagsInBin(): Promise<Set<string>> {
  return new Set((await heldEntries()).flatMap(({ tags }) => tags));
}

/** Sees that the images with these tags are in the bin: a test does not need the ones before it. Answers all tags there. */
async function haveInBin(...wanted: string[]): Promise<Set<string>> {
  const before = await tagsInBin();
  if (wanted.every((tag) => before.has(tag))) return before;
  expect((await end(await reclaim(...wanted))).totals).toMatchObject({ itemsDone: PER_RUN, itemsFailed: 0 });
  return tagsInBin();
}

/** Nothing lost, nothing doubled: `inBin` are the tags of the images that are in the bin by now. */
async function expectEveryImageWhole(inBin: ReadonlySet<string>): Promise<void> {
  const entries = await heldEntries();
  for (const { repository, digest, tags } of space.images) {
    const [tag = ""] = tags;
    const of = entries.filter((entry) => entry.repositoryName === repository && entry.digest === digest);
    const bin = binRepositoryName(space.spaceId, repository);
    const isThere = (where: string) => closureProblems(stack.storageRoot, where, digest);
    if (inBin.has(tag)) {
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
  const expected = space.images.filter(({ tags }) => inBin.has(tags[0] ?? "")).length;
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

const PASSES =
  "SELECT FROM before b JOIN after a USING (run_id, ordinal) WHERE b.state = 'moving' AND a.step IS DISTINCT FROM b.step";
const DONE = "SELECT count(*) FROM run_items i WHERE i.state = 'done' AND i.run_id = (SELECT min(run_id) FROM after)";
const JUST_DONE = "SELECT count(*) FROM after WHERE state = 'done'";

/** Where the journal of an image would leave a step, once so many others are done. */
const moving = (step: string, done: number): KillPoint => ({
  door: {
    ...{ event: "UPDATE", table: "run_items" },
    when: `EXISTS (${PASSES} AND b.step = '${step}') AND (${DONE}) - (${JUST_DONE}) >= ${done}`,
  },
  isThere: (point: RunPoint) => point.steps.includes(step) && point.done >= done,
});

test.describe("a reclaim", () => {
  const POINTS: [string, KillPoint][] = [
    [
      "making its plan",
      {
        door: { event: "INSERT", table: "run_items", when: "true" },
        isThere: ({ phase, steps }) => phase === "planning" && steps.length === 0,
      },
    ],
    ["recording the first image", moving("record", 0)],
    ["copying after one image", moving("copy", 1)],
    ["verifying after three", moving("verify", 3)],
    ["removing after four", moving("remove", 4)],
  ];
  for (const [at, [what, point]] of POINTS.entries()) {
    test(`killed while ${what}`, async () => {
      const wanted = [`v${2 * at}`, `v${2 * at + 1}`];
      const before = await tagsInBin();
      const run = await killAt({ stack, database }, point, () => reclaim(...wanted));
      await stack.startWorker();
      const { status, totals } = await end(run);
      expect({ status, ...totals }).toMatchObject({
        ...{ status: "succeeded", itemsTotal: PER_RUN, itemsDone: PER_RUN, itemsSkipped: 0, itemsFailed: 0 },
      });
      await expectEveryImageWhole(new Set([...before, ...wanted]));
    });
  }
});

test.describe("a restore", () => {
  const POINTS: [string, KillPoint][] = [
    ["copying the first image", moving("copy", 0)],
    ["verifying after one", moving("verify", 1)],
    ["setting tags after two", moving("tag", 2)],
    ["cleaning the bin after three", moving("clean", 3)],
    [
      "half of it is done",
      {
        door: {
          ...{ event: "UPDATE", table: "run_items" },
          when: `(${JUST_DONE}) > 0 AND (${DONE}) - (${JUST_DONE}) >= ${PER_RUN / 2}`,
        },
        isThere: ({ done, isOver }) => done >= PER_RUN / 2 && done < PER_RUN && !isOver,
      },
    ],
  ];
  for (const [at, [what, point]] of POINTS.entries()) {
    test(`killed while ${what}`, async () => {
      const wanted = [`v${2 * at}`, `v${2 * at + 1}`];
      const inBin = await haveInBin(...wanted);
      const entries = (await heldEntries()).filter(({ tags }) => tags.some((tag) => wanted.includes(tag)));
      expect(entries.length).toBe(PER_RUN);
      const entryIds = entries.map(({ id }) => id);
      const run = await killAt({ stack, database }, point, () =>
        api.call(startRestore, { params: place, body: { entryIds } }),
      );
      await stack.startWorker();
      const { status, totals } = await end(run);
      expect({ status, ...totals }).toMatchObject({
        ...{ status: "succeeded", itemsTotal: PER_RUN, itemsDone: PER_RUN, itemsFailed: 0 },
      });
      for (const tag of wanted) inBin.delete(tag);
      await expectEveryImageWhole(inBin);
    });
  }
});

test.describe("a garbage collection", () => {
  const SWEPT = "SELECT count(*) FROM after WHERE state = 'deleted'";
  const POINTS: [string, KillPoint][] = [
    [
      "waiting for writers",
      {
        door: {
          ...{ event: "UPDATE", table: "runs" },
          // Where it would say for how long, or at the latest where it would have waited long enough.
          when: `EXISTS (SELECT FROM before b JOIN after a USING (id) WHERE b.phase = 'waiting_for_writers' AND (a.phase <> b.phase
            OR (a.progress ? 'writersDoneAt' AND NOT b.progress ? 'writersDoneAt')))`,
        },
        isThere: ({ phase }) => phase === "waiting_for_writers",
      },
    ],
    [
      "marking",
      {
        door: { event: "INSERT", table: "gc_candidates", when: "true" },
        isThere: ({ phase }) => phase === "marking",
      },
    ],
    [
      "sweeping, before the first batch is written down",
      {
        door: { event: "UPDATE", table: "gc_candidates", when: `(${SWEPT}) > 0` },
        isThere: ({ phase, deleted }) => phase === "sweeping" && deleted === 0,
      },
    ],
    [
      "half of it is swept",
      {
        door: {
          ...{ event: "UPDATE", table: "gc_candidates" },
          when: `(SELECT count(*) FROM gc_candidates c WHERE c.state = 'deleted' AND c.run_id = (SELECT min(run_id) FROM after))
            - (${SWEPT}) >= ${ORPHANS / 2}`,
        },
        isThere: ({ phase, deleted }) => phase === "sweeping" && deleted >= ORPHANS / 2 && deleted < ORPHANS,
      },
    ],
    [
      "finishing",
      {
        door: {
          ...{ event: "UPDATE", table: "registries" },
          when: `EXISTS (SELECT FROM before b JOIN after a USING (id)
            WHERE b.read_only_run_id IS NOT NULL AND a.read_only_run_id IS NULL)`,
        },
        isThere: ({ phase, isOver }) => phase === "finishing" && !isOver,
      },
    ],
  ];
  for (const [at, [what, point]] of POINTS.entries()) {
    test(`killed while ${what}`, async () => {
      const tree = new StorageTree(stack.storageRoot);
      const orphans = Array.from({ length: ORPHANS }, (_, i) => tree.blob(`nobody needs ${at}/${i}`));
      const inBin = await tagsInBin();
      // A token just handed out makes a collection wait.
      if (what === "waiting for writers") await expectPushesTaken();
      const run = await killAt({ stack, database }, point, () =>
        api.call(startGc, { params: place, body: { deleteUntagged: true } }),
      );
      await stack.startWorker();
      const { status, totals } = await end(run);
      expect(status).toBe("succeeded");
      // The first one also sweeps what the moves of the earlier tests left.
      if (isCollected) expect(totals.deletedBlobs).toBe(ORPHANS);
      else expect(totals.deletedBlobs).toBeGreaterThanOrEqual(ORPHANS);
      isCollected = true;
      expect(orphans.filter((digest) => tree.hasBlob(digest))).toEqual([]);
      await expectEveryImageWhole(inBin);
      await expectPushesTaken();
    });
  }
});

test("Redis is flushed in the middle of a run, and while one waits", async () => {
  const before = await tagsInBin();
  const redis = new Redis(stack.redisUrl);
  try {
    const first = await whileHeld(
      database,
      moving("verify", 1),
      () => reclaim("v0", "v1"),
      () => redis.flushall(),
    );
    expect((await end(first)).totals).toMatchObject({ itemsDone: PER_RUN, itemsFailed: 0 });
    await stack.killWorker();
    const second = await reclaim("v2", "v3");
    await redis.flushall();
    await stack.startWorker();
    expect((await end(second)).totals).toMatchObject({ itemsDone: PER_RUN, itemsFailed: 0 });
  } finally {
    redis.disconnect();
  }
  await expectEveryImageWhole(new Set([...before, "v0", "v1", "v2", "v3"]));
});

test("two workers share the work, and no image is moved twice", async () => {
  await haveInBin("v0", "v1");
  await haveInBin("v2", "v3");
  const other = await stack.startAnotherWorker();
  try {
    const entryIds = (await heldEntries()).map(({ id }) => id);
    expect(entryIds.length).toBe(2 * PER_RUN);
    const restore = await api.call(startRestore, { params: place, body: { entryIds } });
    const moved = await reclaim("v6", "v7");
    const collected = await api.call(startGc, { params: place, body: { deleteUntagged: true } });
    const ends: RunDto[] = [];
    for (const run of [restore, moved, collected]) ends.push(await end(run));
    expect(ends.map(({ status }) => status)).toEqual(["succeeded", "succeeded", "succeeded"]);
    expect(ends.map(({ totals }) => totals.itemsDone)).toEqual([2 * PER_RUN, PER_RUN, undefined]);
    const claims = await database.rows<{ epoch: number }>("SELECT epoch FROM runs WHERE id = ANY($1)", [
      ends.map(({ id }) => id),
    ]);
    expect(claims.map(({ epoch }) => epoch)).toEqual([1, 1, 1]);
  } finally {
    await other.stop();
  }
  await expectEveryImageWhole(new Set(["v6", "v7"]));
  await expectPushesTaken();
});
