import { EventEmitter, once } from "node:events";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ImageSelection } from "@/contracts/images";
import type { BuiltImage } from "@/scripts/demo/oci-image";
import { cancelRun } from "@/server/history/cancel-run";
import { listHistory } from "@/server/history/list-history";
import { listRunItems } from "@/server/history/list-run-items";
import { RunStopped } from "@/server/history/run-context";
import { measureImages } from "@/server/images/measure-images";
import { refreshImages } from "@/server/images/refresh-images";
import { prisma } from "@/server/platform/db/prisma";
import type { MoveHooks } from "@/server/recycle-bin/move";
import { BinSpace, type BinWorld, startBinWorld } from "@/testing/bin-world";
import { lookAfterBin } from "@/testing/look-after-bin";
import { createTestUser, scopeOf } from "@/testing/signed-in";
import { startRecycle } from "./start-recycle";
import { startUntag } from "./start-untag";

let world: BinWorld;
let space: BinSpace;

beforeAll(async () => {
  world = await startBinWorld();
});
afterAll(() => world.stop());
beforeEach(async () => {
  space = await BinSpace.create(world);
});

const listOf = (...images: { digest: string }[]): ImageSelection => ({
  images: images.map(({ digest }) => ({ repositoryName: space.repository, digest })),
});
async function recycle(selection: ImageSelection, more: { reason?: string; hooks?: MoveHooks } = {}) {
  const run = await startRecycle(space.scope, { spaceId: space.spaceId, selection, reason: more.reason });
  return space.execute(run.id, more.hooks);
}
async function destroy(selection: ImageSelection, hooks: MoveHooks = {}) {
  const { name } = await prisma().space.findUniqueOrThrow({ where: { id: space.spaceId } });
  const run = await startRecycle(space.scope, { spaceId: space.spaceId, selection, skipBin: { typedName: name } });
  return space.execute(run.id, hooks);
}
async function untag(tags: [string, BuiltImage][], recycleDigests = false, hooks: MoveHooks = {}) {
  const run = await startUntag(space.scope, {
    ...{ spaceId: space.spaceId, recycleDigests, reason: "outdated" },
    tags: tags.map(([tag, { digest }]) => ({ repositoryName: space.repository, tag, digest })),
  });
  return space.execute(run.id, hooks);
}
const allItems = async (runId: string) => (await listRunItems(space.scope, { runId, limit: 500 })).items;
const history = async () =>
  (await listHistory(space.scope, { spaceId: space.spaceId, limit: 100 })).items.map((event) => event.text);

describe("images", () => {
  test("D-05, D-08, R-05: a digest goes to the bin with all its tags, by whom and why, and comes back", async () => {
    const going = await space.push(await space.image("going"), "v1", "latest");
    const kept = await space.push(await space.image("kept"), "v2");
    await space.crawl();
    const { run, items } = await recycle(listOf(going), { reason: "no longer used" });
    expect(run).toMatchObject({ status: "succeeded", totals: { itemsTotal: 1, itemsDone: 1, itemsKept: 0 } });
    const reason = `by hand: ${space.scope.actor.name}, no longer used`;
    expect(items).toMatchObject([{ action: "recycle", state: "done", tags: ["latest", "v1"], reasonText: reason }]);
    // What was not chosen is no part of the run.
    expect(await allItems(run.id)).toHaveLength(1);
    expect(await space.tags()).toEqual(["v2"]);
    expect(await space.status(going.digest)).toBe(404);
    expect((await space.pull("v2")).digest).toBe(kept.digest);
    const [entry] = await space.entries();
    expect(entry).toMatchObject({ tags: ["latest", "v1"], reasonText: reason, ruleId: null });
    expect(entry?.actorName).toBe(space.scope.actor.name);
    expect(await history()).toContain("started to move 1 image to the recycle bin by hand (no longer used)");
    await space.restore([entry?.id ?? ""]);
    expect((await space.pull("latest")).digest).toBe(going.digest);
    expect(space.broken()).toEqual({});
  });

  test("D-04: an index goes with its own children and its signature; a shared child stays where the other index needs it", async () => {
    const shared = await space.image("shared");
    const own = await space.image("own");
    const going = await space.push(await space.index("going", [shared, own]), "v1");
    const kept = await space.push(await space.index("kept", [shared, await space.image("kept-arm")]), "v2");
    const signature = await space.sign(going);
    const sbom = await space.push(space.sbom(own));
    await space.crawl();
    const { run } = await recycle(listOf(going));
    expect(run).toMatchObject({ status: "succeeded", totals: { itemsDone: 1 } });
    for (const gone of [going, own, signature, sbom]) expect(await space.status(gone.digest)).toBe(404);
    for (const here of [shared, kept]) expect(await space.status(here.digest)).toBe(200);
    for (const held of [going, shared, own, signature, sbom])
      expect(await space.status(held.digest, space.binRepository)).toBe(200);
    expect((await space.pull("v2")).digest).toBe(kept.digest);
    expect(space.broken()).toEqual({});
  });

  test("a part that an index needs is kept, with the reason, whoever wants it gone", async () => {
    const child = await space.push(await space.image("child"), "amd64");
    const index = await space.push(await space.index("index", [child, await space.image("arm")]), "v1");
    await space.crawl();
    const { run } = await recycle(listOf(child));
    expect(run).toMatchObject({ status: "succeeded", totals: { itemsTotal: 0, itemsKept: 1 } });
    expect(await allItems(run.id)).toMatchObject([
      { action: "keep", state: "kept", tags: ["amd64"], reasonText: "kept: child of `v1`" },
    ]);
    expect(await space.status(child.digest)).toBe(200);
    // Chosen together they go together.
    await recycle(listOf(child, index));
    expect(await space.status(child.digest)).toBe(404);
    expect(await space.tags()).toEqual([]);
    expect(await space.entries()).toMatchObject([{ tags: ["v1"] }]);
  });

  test("a filter takes what was seen of it, but for what was excepted: what came since is left, and said", async () => {
    const [one, two, kept] = [
      await space.push(await space.image("one"), "pr-1"),
      await space.push(await space.image("two"), "pr-2"),
      await space.push(await space.image("kept"), "v1"),
    ];
    const [again, moved] = [await space.image("again"), await space.image("moved")];
    await space.push(again, "pr-again");
    await space.push(moved, "other");
    await space.crawl();
    const except = [{ repositoryName: space.repository, digest: two.digest }];
    const selection = { filter: { state: "any", tag: "pr-*" } as const, except };
    const { images, measuredAt } = await measureImages(space.scope, { spaceId: space.spaceId, selection });
    expect(images).toBe(2);
    // It came after it was looked at, before it was asked for: with a push time that is long past, as a copy may have.
    const late = await space.push(await space.image("late"), "pr-3");
    // A tag that moves to an image that was there makes it none that came.
    await space.push(moved, "pr-4");
    await space.crawl();
    const pushed = { pushedAt: new Date(Date.now() + 60_000) };
    await prisma().repositoryManifest.updateMany({ where: { digest: again.digest }, data: pushed });
    const run = await startRecycle(space.scope, { spaceId: space.spaceId, selection, asOf: measuredAt });
    const { items } = await space.execute(run.id);
    expect(items.map(({ digest, state }) => [digest, state]).sort()).toEqual(
      [
        [one.digest, "done"],
        [moved.digest, "done"],
        [late.digest, "skipped_stale"],
        [again.digest, "skipped_stale"],
      ].sort(),
    );
    expect(items.find((item) => item.digest === late.digest)?.error).toContain("after the filter was looked at");
    expect(await space.tags()).toEqual(["pr-2", "pr-3", "pr-again", "v1"]);
    expect((await space.pull("v1")).digest).toBe(kept.digest);
    expect(await history()).toContain("started to move all images that a filter finds to the recycle bin by hand");
  });

  test("what a transaction was writing while a filter was looked at had not been seen", async () => {
    const image = await space.push(await space.image("image"), "pr-1");
    await space.crawl();
    const selection = { filter: { state: "any", tag: "pr-*" } as const, except: [] };
    const steps = new EventEmitter();
    const [written, looked] = [once(steps, "written"), once(steps, "looked")];
    const unseen = `sha256:${"1".repeat(64)}`;
    const writing = prisma().$transaction(async (tx) => {
      const at = await tx.repositoryManifest.findFirstOrThrow({ where: { digest: image.digest } });
      const { repositoryId, workspaceId, registryId, pushedAt, pushedAtSource } = at;
      const manifest = { registryId, mediaType: "", kind: "image", sizeBytes: 1 };
      await tx.manifest.create({ data: { ...manifest, digest: unseen } });
      const place = { repositoryId, workspaceId, registryId, pushedAt, pushedAtSource };
      await tx.repositoryManifest.create({ data: { ...place, digest: unseen } });
      await tx.tag.create({ data: { repositoryId, workspaceId, name: "pr-2", digest: unseen, pushedAt } });
      await refreshImages(tx, { id: repositoryId, registryId }, [unseen]);
      steps.emit("written");
      await looked;
    });
    await written;
    const { images, measuredAt } = await measureImages(space.scope, { spaceId: space.spaceId, selection });
    expect(images).toBe(1);
    steps.emit("looked");
    await writing;
    const run = await startRecycle(space.scope, { spaceId: space.spaceId, selection, asOf: measuredAt });
    expect((await space.execute(run.id)).items).toMatchObject([
      { digest: image.digest, state: "done" },
      { digest: unseen, state: "skipped_stale", error: expect.stringContaining("after the filter was looked at") },
    ]);
  });

  test("a filter wants to know what was seen of it", async () => {
    const selection = { filter: { state: "any" } as const, except: [] };
    await expect(startRecycle(space.scope, { spaceId: space.spaceId, selection })).rejects.toMatchObject({
      ...{ code: "bad_request", errors: [{ path: "asOf" }] },
    });
    expect(await prisma().run.count({ where: { spaceId: space.spaceId } })).toBe(0);
  });

  test("the last image of a repository may go by hand", async () => {
    const last = await space.push(await space.image("last"), "v1");
    await space.crawl();
    expect((await recycle(listOf(last))).run.totals).toMatchObject({ itemsDone: 1 });
    expect(await space.tags()).toEqual([]);
  });

  test("what is not there any more is said, and the others go", async () => {
    const here = await space.push(await space.image("here"), "v1");
    await space.crawl();
    const gone = { digest: `sha256:${"0".repeat(64)}` };
    const { run, items } = await recycle(listOf(here, gone));
    expect(run).toMatchObject({ status: "succeeded", totals: { itemsTotal: 2, itemsDone: 1, itemsSkipped: 1 } });
    expect(items.find((item) => item.digest === gone.digest)).toMatchObject({
      ...{ state: "skipped_stale", error: "it is no longer in the registry" },
    });
  });

  test("what changed between plan and move is skipped, never moved", async () => {
    const tagged = await space.push(await space.image("tagged"), "v1");
    const listed = await space.push(await space.image("listed"), "v2");
    const plain = await space.push(await space.image("plain"), "v3");
    await space.crawl();
    let changed: Promise<unknown> | undefined;
    const change = async () => {
      await space.push(tagged, "promoted");
      await space.push(await space.index("late", [listed, await space.image("arm")]), "late");
    };
    const { run, items } = await recycle(listOf(tagged, listed, plain), {
      hooks: {
        beforeStep: async ({ step }) => {
          if (step !== "remove") return;
          changed ??= change();
          await changed;
        },
      },
    });
    const states = new Map(items.map((item) => [item.digest, item]));
    expect(states.get(tagged.digest)).toMatchObject({
      ...{ state: "skipped_stale", error: expect.stringContaining("+promoted") },
    });
    expect(states.get(listed.digest)).toMatchObject({ state: "skipped_stale" });
    expect(states.get(plain.digest)).toMatchObject({ state: "done" });
    expect(run.totals).toMatchObject({ itemsDone: 1, itemsSkipped: 2 });
    for (const tag of ["v1", "promoted", "v2", "late"]) expect(await space.status(tag)).toBe(200);
    expect(await space.entries()).toHaveLength(1);
    expect(space.broken()).toEqual({});
  });

  test("rules that are disabled or edited meanwhile do not stop a deletion by hand", async () => {
    const image = await space.push(await space.image("image"), "v1");
    await space.push(await space.image("other"), "v2");
    await space.crawl();
    await space.rule(["v1"], { effect: "protect" });
    expect((await recycle(listOf(image))).run.totals).toMatchObject({ itemsDone: 1 });
  });
});

describe("without the recycle bin", () => {
  test("D-06, D-11: what was moved is purged by the same run, and nothing else; both are told", async () => {
    const before = await space.push(await space.image("before"), "v0");
    const going = await space.push(await space.image("going"), "v1");
    await space.push(await space.image("kept"), "v2");
    await space.crawl();
    await recycle(listOf(before));
    const { run, items } = await destroy(listOf(going));
    expect(run).toMatchObject({
      ...{ status: "succeeded", phase: "purging", options: { byHand: "recycle", skipBin: true } },
      totals: { itemsTotal: 1, itemsDone: 1, itemsPurged: 1, itemsFailed: 0 },
    });
    expect(items).toMatchObject([
      { action: "recycle", state: "done" },
      { action: "purge", state: "done", reasonText: expect.stringContaining("the recycle bin is skipped") },
    ]);
    expect(await space.status(going.digest, space.binRepository)).toBe(404);
    // What an earlier run moved is still there.
    expect(await space.entries()).toMatchObject([{ digest: before.digest }]);
    const said = await history();
    expect(said).toContain("started to destroy 1 image for good, without the recycle bin");
    expect(said).toContain(`moved ${space.repository}:v1 to the recycle bin`);
    expect(said).toContain(`purged ${space.repository}:v1 for good`);
    expect(space.broken()).toEqual({});
  });

  test("D-06: it wants the name of the space, letter by letter", async () => {
    const selection = listOf({ digest: "sha256:0" });
    const asked = startRecycle(space.scope, { spaceId: space.spaceId, selection, skipBin: { typedName: "Wrong" } });
    await expect(asked).rejects.toMatchObject({ code: "unprocessable" });
    expect(await prisma().run.count({ where: { spaceId: space.spaceId } })).toBe(0);
  });

  test("where more or fewer would go by now than were shown, nothing is destroyed", async () => {
    await space.push(await space.image("one"), "pr-1");
    await space.crawl();
    const selection = { filter: { state: "any", tag: "pr-*" } as const, except: [] };
    const { images, measuredAt } = await measureImages(space.scope, { spaceId: space.spaceId, selection });
    const { name } = await prisma().space.findUniqueOrThrow({ where: { id: space.spaceId } });
    const ask = (expectedCount?: number) =>
      startRecycle(space.scope, {
        ...{ spaceId: space.spaceId, selection, asOf: measuredAt, skipBin: { typedName: name, expectedCount } },
      });
    const late = await space.push(await space.image("late"), "pr-2");
    await space.crawl();
    await expect(ask(images)).rejects.toMatchObject({ code: "conflict", detail: expect.stringContaining("is 2 now") });
    await expect(ask()).rejects.toMatchObject({ code: "bad_request", errors: [{ path: "skipBin.expectedCount" }] });
    expect(await prisma().run.count({ where: { spaceId: space.spaceId } })).toBe(0);
    // And should one come after that: it is left where it is.
    const { items } = await space.execute((await ask(2)).id);
    expect(items.filter((item) => item.state === "skipped_stale")).toMatchObject([{ digest: late.digest }]);
    expect(await space.tags()).toEqual(["pr-2"]);
  });

  test("an entry that somebody takes out of the bin first is left to them", async () => {
    const images = [await space.push(await space.image("one"), "v1"), await space.push(await space.image("two"), "v2")];
    await space.crawl();
    const { run, items } = await destroy(listOf(...images), {
      beforeStep: async ({ step }) => {
        if (step !== "take-own") return;
        // As a restore takes it.
        const where = { spaceId: space.spaceId, state: "held" } as const;
        const { id } = await prisma().binEntry.findFirstOrThrow({ where });
        await prisma().binEntry.update({ where: { id }, data: { state: "restoring" } });
      },
    });
    expect(run.totals).toMatchObject({ itemsDone: 2, itemsPurged: 1 });
    expect(items.filter((item) => item.action === "purge")).toHaveLength(1);
    const entries = await prisma().binEntry.findMany({ where: { spaceId: space.spaceId } });
    expect(entries.map((entry) => entry.state).sort()).toEqual(["purged", "restoring"]);
  });
});

describe("who may, and what stops it", () => {
  test("D-11: who may not purge may not skip the bin, and may delete to it", async () => {
    const image = await space.push(await space.image("image"), "v1");
    await space.crawl();
    const editor = await scopeOf(await createTestUser("editor"), space.tenant.workspaceId, "editor");
    const { name } = await prisma().space.findUniqueOrThrow({ where: { id: space.spaceId } });
    const request = { spaceId: space.spaceId, selection: listOf(image) };
    const asked = startRecycle(editor, { ...request, skipBin: { typedName: name } });
    await expect(asked).rejects.toMatchObject({ code: "forbidden" });
    const { items } = await space.execute((await startRecycle(editor, request)).id);
    expect(items).toMatchObject([{ state: "done", reasonText: "by hand: editor" }]);
  });

  test("a cancel before the purge leaves everything in the bin, and the run says what was purged", async () => {
    const images = [await space.push(await space.image("one"), "v1"), await space.push(await space.image("two"), "v2")];
    await space.crawl();
    const { run, items } = await destroy(listOf(...images), {
      beforeStep: async ({ step }) => {
        if (step !== "take-own") return;
        const { id } = await prisma().run.findFirstOrThrow({ where: { spaceId: space.spaceId, finishedAt: null } });
        await cancelRun(space.scope, { runId: id });
        const heartbeat = async () => (await prisma().run.findUniqueOrThrow({ where: { id } })).heartbeatAt;
        const asked = await heartbeat();
        // Until the heartbeat has told the run.
        await expect.poll(heartbeat, { timeout: 10_000 }).not.toEqual(asked);
      },
    });
    expect(run).toMatchObject({ status: "cancelled", totals: { itemsDone: 2, itemsPurged: 0 } });
    expect(items.filter((item) => item.action === "purge").map((item) => item.state)).toEqual(["left_out", "left_out"]);
    expect((await space.entries()).map((entry) => entry.state)).toEqual(["held", "held"]);
    await space.restore((await space.entries()).map((entry) => entry.id));
    expect(await space.tags()).toEqual(["v1", "v2"]);
  });

  test("entries that a run is about to purge are its own while it is under way, and the bin's when it was given up", async () => {
    const image = await space.push(await space.image("image"), "v1");
    await space.crawl();
    const state = async () =>
      (await prisma().binEntry.findFirstOrThrow({ where: { spaceId: space.spaceId, digest: image.digest } })).state;
    const { run } = await destroy(listOf(image), {
      beforeStep: async ({ action, step }) => {
        if (action !== "purge" || step !== "remove") return;
        await lookAfterBin(new Date());
        expect(await state()).toBe("purging");
        throw new RunStopped("shutdown");
      },
    });
    expect(run.status).toBe("queued");
    await prisma().run.update({ where: { id: run.id }, data: { status: "failed", finishedAt: new Date() } });
    await lookAfterBin(new Date());
    expect(await state()).toBe("held");
  });
});

describe("tags", () => {
  test("D-04, D-09: of two tags one goes, the other stays and is pulled, and so is the digest", async () => {
    const image = await space.push(await space.image("image"), "v1", "latest");
    await space.crawl();
    const { run, items } = await untag([["v1", image]]);
    expect(run).toMatchObject({ status: "succeeded", totals: { itemsTotal: 1, itemsDone: 1 } });
    expect(items).toMatchObject([
      {
        action: "untag",
        state: "done",
        tags: ["latest", "v1"],
        selectedTags: ["v1"],
        reasonText: expect.stringContaining("stays as `latest`"),
      },
    ]);
    expect(await space.tags()).toEqual(["latest"]);
    expect((await space.pull("latest")).digest).toBe(image.digest);
    expect((await space.pull(image.digest)).digest).toBe(image.digest);
    expect((await space.inventory()).tags).toEqual([`latest=${image.digest}`]);
    expect(await history()).toContain(`untagged ${space.repository}:v1`);
    expect(await history()).toContain("started to delete 1 tag by hand (outdated)");
  });

  test("D-10: the last tag leaves its digest untagged, where it is not asked to go too", async () => {
    const image = await space.push(await space.image("image"), "v1");
    await space.push(await space.image("other"), "v2");
    await space.crawl();
    const { items } = await untag([["v1", image]]);
    expect(items).toMatchObject([
      { action: "untag", state: "done", reasonText: expect.stringContaining("its digest stays untagged") },
    ]);
    expect(await space.tags()).toEqual(["v2"]);
    expect(await space.status(image.digest)).toBe(200);
    const row = await prisma().repositoryManifest.findFirstOrThrow({ where: { digest: image.digest } });
    expect(row.untaggedSince).not.toBeNull();
    expect(await space.entries()).toEqual([]);
  });

  test("D-10: asked to go too, the digest whose last tags are deleted moves to the bin with them", async () => {
    const both = await space.push(await space.image("both"), "v1", "v1.0");
    const one = await space.push(await space.image("one"), "v2", "latest");
    await space.crawl();
    const { run, items } = await untag(
      [
        ["v1", both],
        ["v1.0", both],
        ["v2", one],
      ],
      true,
    );
    expect(run.totals).toMatchObject({ itemsTotal: 2, itemsDone: 2 });
    expect(items.map((item) => item.action).sort()).toEqual(["recycle", "untag"]);
    expect(await space.status(both.digest)).toBe(404);
    expect(await space.tags()).toEqual(["latest"]);
    const [entry] = await space.entries();
    expect(entry).toMatchObject({ digest: both.digest, tags: ["v1", "v1.0"] });
  });

  test("D-10: a digest that an index needs loses its tag and stays, whatever was asked", async () => {
    const child = await space.push(await space.image("child"), "amd64");
    await space.push(await space.index("index", [child, await space.image("arm")]), "v1");
    await space.crawl();
    const { items } = await untag([["amd64", child]], true);
    expect(items).toMatchObject([
      { action: "untag", state: "done", reasonText: expect.stringContaining("child of `v1`") },
    ]);
    expect(await space.tags()).toEqual(["v1"]);
    expect(await space.status(child.digest)).toBe(200);
    expect(space.broken()).toEqual({});
  });

  test("a tag that points elsewhere by now is left alone: at the plan, and at the last moment", async () => {
    const image = await space.push(await space.image("image"), "v1", "v2", "v3");
    const other = await space.push(await space.image("other"), "other");
    await space.crawl();
    const { items } = await untag(
      [
        ["v1", image],
        ["v2", other],
        ["absent", image],
      ],
      false,
      {
        beforeStep: async ({ step }) => {
          if (step === "untag") await space.push(other, "v1");
        },
      },
    );
    expect(items.map(({ state, error, selectedTags }) => ({ state, error, tag: selectedTags[0] }))).toEqual([
      { state: "skipped_stale", error: "pushed again meanwhile, and left: v1", tag: "v1" },
      { state: "skipped_stale", error: "the tag points at another image by now", tag: "v2" },
      { state: "skipped_stale", error: "the tag is not there any more", tag: "absent" },
    ]);
    expect((await space.pull("v1")).digest).toBe(other.digest);
    expect(await space.tags()).toEqual(["other", "v1", "v2", "v3"]);
  });

  test("another tag that came meanwhile does not keep the one that was chosen", async () => {
    const image = await space.push(await space.image("image"), "v1", "v2");
    await space.crawl();
    let isPushed = false;
    const { items } = await untag([["v1", image]], false, {
      beforeStep: async () => {
        if (!isPushed) await space.push(image, "v3");
        isPushed = true;
      },
    });
    expect(items).toMatchObject([{ state: "done" }]);
    expect(await space.tags()).toEqual(["v2", "v3"]);
  });

  test("the fallback tag of a signature is not taken from it", async () => {
    const image = await space.push(await space.image("image"), "v1");
    const signature = await space.sign(image);
    await space.crawl();
    const tag = (await space.tags()).find((name) => name.endsWith(".sig")) ?? "";
    const { run } = await untag([[tag, signature]], true);
    expect(await allItems(run.id)).toMatchObject([{ action: "keep", reasonText: "kept: belongs to `v1`" }]);
    expect(await space.tags()).toEqual([tag, "v1"]);
  });
});

test("what was chosen is kept beside the run: no list carries it", async () => {
  const selection = listOf(...Array.from({ length: 10_000 }, (_, at) => ({ digest: `sha256:${at}` })));
  const { run } = await recycle(selection);
  expect(JSON.stringify(run.options).length).toBeLessThan(300);
  expect(run.totals).toMatchObject({ itemsTotal: 10_000, itemsSkipped: 10_000 });
});
