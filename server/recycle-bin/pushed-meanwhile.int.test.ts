import { readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { prisma } from "@/server/platform/db/prisma";
import { RegistryError } from "@/server/platform/registry/registry-error";
import { startRecycle } from "@/server/reclaim/start-recycle";
import { BinSpace, type BinWorld, startBinWorld } from "@/testing/bin-world";
import type { MoveHooks } from "./move";

let world: BinWorld;
let space: BinSpace;

beforeAll(async () => {
  world = await startBinWorld();
});
afterAll(() => world.stop());
beforeEach(async () => {
  space = await BinSpace.create(world);
});

async function recycle(images: readonly { digest: string }[], hooks: MoveHooks, skipBin = false) {
  const { name } = await prisma().space.findUniqueOrThrow({ where: { id: space.spaceId } });
  const run = await startRecycle(space.scope, {
    spaceId: space.spaceId,
    selection: { images: images.map(({ digest }) => ({ repositoryName: space.repository, digest })) },
    ...(skipBin ? { skipBin: { typedName: name } } : {}),
  });
  return space.execute(run.id, hooks);
}

/** Does something the first time that a step is reached. */
function onceAt(step: string, work: () => Promise<unknown>): MoveHooks {
  let isDone = false;
  return {
    beforeStep: async (point) => {
      if (isDone || point.step !== step || point.action !== "recycle") return;
      isDone = true;
      await work();
    },
  };
}

test.each(["remove-top", "delete-top", "top-removed"])(
  "R-05 a child that another index comes to need under a tag that was there stays, pushed at %s",
  async (step) => {
    const [shared, own] = [await space.image("shared"), await space.image("own")];
    const going = await space.push(await space.index("going", [shared, own]), "v1");
    await space.push(await space.image("other"), "stable");
    await space.push(await space.image("more"), "more");
    await space.crawl();
    const late = await space.index("late", [shared, await space.image("arm")]);
    const { items } = await recycle(
      [going],
      onceAt(step, () => space.push(late, "stable")),
    );
    expect(items).toMatchObject([{ state: "done", error: null }]);
    expect(await space.status(going.digest)).toBe(404);
    expect(await space.status(own.digest)).toBe(404);
    expect((await space.pull("stable")).digest).toBe(late.digest);
    expect(space.broken()).toEqual({});
    expect((await space.inventory()).manifests.map((one) => one.digest)).toContain(shared.digest);
    const [entry] = await space.entries();
    await space.restore([entry?.id ?? ""]);
    expect((await space.pull("v1")).digest).toBe(going.digest);
    expect(space.broken()).toEqual({});
  },
);

test("R-05 a child stays that an index needs which was pushed and overwritten before anybody was told of either", async () => {
  const [shared, own] = [await space.image("shared"), await space.image("own")];
  const going = await space.push(await space.index("going", [shared, own]), "v1");
  await space.push(await space.image("other"), "stable");
  await space.crawl();
  const late = await space.push(await space.index("late", [shared, await space.image("arm")]), "moved");
  await space.push(await space.image("next"), "moved");
  const { items } = await recycle([going], {});
  expect(items).toMatchObject([{ state: "done", error: null }]);
  expect(await space.status(own.digest)).toBe(404);
  // It has no tag by now, and whoever noted its digest pulls it whole.
  for (const { digest } of [late, shared]) expect(await space.status(digest)).toBe(200);
});

test("R-05 an image that is pushed again while it goes stays there, and what comes after it is looked at anew", async () => {
  const [one, two] = [await space.image("one"), await space.image("two")];
  // As they go.
  const [first, second] = one.digest < two.digest ? [one, two] : [two, one];
  await space.push(first, "v1");
  await space.push(second, "v2");
  await space.push(await space.image("other"), "other");
  await space.crawl();
  const { items } = await recycle(
    [first, second],
    onceAt("top-removed", async () => {
      await space.push(first, "v1");
      await space.push(second, "wanted");
    }),
  );
  expect(items).toMatchObject([
    { digest: first.digest, state: "done", error: expect.stringContaining("pushed again") },
    { digest: second.digest, state: "skipped_stale", error: expect.stringContaining("+wanted") },
  ]);
  expect((await space.pull("v1")).digest).toBe(first.digest);
  for (const tag of ["v2", "wanted"]) expect((await space.pull(tag)).digest).toBe(second.digest);
});

test("R-05 an image that gets a tag of another one between look and removal is left alone", async () => {
  const image = await space.push(await space.image("one"), "v1");
  await space.push(await space.image("two"), "stable");
  await space.crawl();
  const { items } = await recycle(
    [image],
    onceAt("remove-top", () => space.push(image, "stable")),
  );
  expect(items).toMatchObject([{ state: "skipped_stale", error: expect.stringContaining("+stable") }]);
  for (const tag of ["v1", "stable"]) expect((await space.pull(tag)).digest).toBe(image.digest);
  expect(await space.entries()).toEqual([]);
});

test("R-05, D-06 a tag moved to an image in the moment of its removal is put back with it, and nothing of it is destroyed", async () => {
  const image = await space.push(await space.image("one"), "v1");
  const other = await space.push(await space.image("two"), "stable", "two");
  await space.crawl();
  const { items } = await recycle(
    [image],
    onceAt("delete-top", () => space.push(image, "stable")),
    true,
  );
  expect(items).toMatchObject([
    { action: "recycle", state: "done", error: "it was pushed again meanwhile and stays there too" },
  ]);
  expect((await space.pull("stable")).digest).toBe(image.digest);
  expect((await space.pull("two")).digest).toBe(other.digest);
  expect(await space.entries()).toMatchObject([{ digest: image.digest, tags: ["v1"], state: "held" }]);
  expect(await space.status(image.digest, space.binRepository)).toBe(200);
  expect(space.broken()).toEqual({});
});

test("R-05 where nobody knows what became of a removal, the copy stays in the recycle bin whatever is decided then", async () => {
  const image = await space.push(await space.image("one"), "v1");
  await space.push(await space.image("two"), "two");
  await space.crawl();
  const { items } = await recycle(
    [image],
    onceAt("delete-top", async () => {
      await space.push(image, "wanted");
      throw new RegistryError({ kind: "unavailable", status: null, code: "TIMEOUT", message: "no answer" });
    }),
  );
  expect(items).toMatchObject([{ state: "done", error: expect.stringContaining("the recycle bin keeps a copy") }]);
  expect((await space.pull("wanted")).digest).toBe(image.digest);
  expect(await space.entries()).toMatchObject([{ digest: image.digest, state: "held" }]);
  expect(await space.status(image.digest, space.binRepository)).toBe(200);
});

test("R-05 a worker whose run another one has removes nothing any more", async () => {
  const index = await space.push(await space.index("multi"), "v1");
  await space.push(await space.image("other"), "other");
  await space.crawl();
  await recycle(
    [index],
    onceAt("remove-top", () =>
      prisma().run.updateMany({ where: { spaceId: space.spaceId }, data: { epoch: { increment: 1 } } }),
    ),
  );
  expect((await space.pull("v1")).digest).toBe(index.digest);
  expect(space.broken()).toEqual({});
});

test("R-05 a tag that leads nowhere keeps nothing else of its repository from going where only the API tells", async () => {
  const lost = await space.push(await space.image("lost"), "dangling");
  const image = await space.push(await space.image("one"), "v1");
  await space.push(await space.image("two"), "v2");
  const { storageRoot } = world.registry;
  const revisions = path.join(
    storageRoot,
    "docker/registry/v2/repositories",
    space.repository,
    "_manifests/revisions/sha256",
  );
  expect(readdirSync(revisions)).toHaveLength(3);
  rmSync(path.join(revisions, lost.digest.slice("sha256:".length)), { recursive: true });
  const where = { id: world.registryId };
  await prisma().registry.update({ where, data: { storageRoot: null } });
  try {
    await space.crawl();
    expect(await space.tags()).toEqual(["dangling", "v1", "v2"]);
    expect((await recycle([image], {})).items).toMatchObject([{ state: "done", error: null }]);
    expect(await space.tags()).toEqual(["dangling", "v2"]);
  } finally {
    await prisma().registry.update({ where, data: { storageRoot } });
  }
});
