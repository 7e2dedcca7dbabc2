import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createPins as createPinsOperation, updatePin as updatePinOperation } from "@/contracts/pins";
import type { BuiltImage } from "@/scripts/demo/oci-image";
import { markPolicy } from "@/server/gc/mark-policy";
import { listHistory } from "@/server/history/list-history";
import { listRunItems } from "@/server/history/list-run-items";
import { prisma } from "@/server/platform/db/prisma";
import { previewReclaim } from "@/server/reclaim/preview-reclaim";
import { startRecycle } from "@/server/reclaim/start-recycle";
import { startUntag } from "@/server/reclaim/start-untag";
import { BinSpace, type BinWorld, startBinWorld } from "@/testing/bin-world";
import { createTestUser, scopeOf } from "@/testing/signed-in";
import { createTestTenant } from "@/testing/tenant";
import { createPins } from "./create-pins";
import { deletePin } from "./delete-pin";
import { reconcilePins } from "./end-expired-pins";
import { listImages } from "./list-images";
import { listPins } from "./list-pins";
import { measureImages } from "./measure-images";
import { updatePin } from "./update-pin";

let world: BinWorld;
let space: BinSpace;

beforeAll(async () => {
  world = await startBinWorld();
});
afterAll(() => world.stop());
beforeEach(async () => {
  space = await BinSpace.create(world);
});

const HOUR_MS = 3_600_000;
const named = (...images: Pick<BuiltImage, "digest">[]) =>
  images.map(({ digest }) => ({ repositoryName: space.repository, digest }));
const pin = (images: { repositoryName: string; digest: string }[], more: { expiresAt?: string; days?: number } = {}) =>
  createPins(space.scope, { spaceId: space.spaceId, images, reason: "rollback", ...more });
const pins = async () => (await listPins(space.scope, { spaceId: space.spaceId, limit: 100 })).items;
const itemsOf = async (runId: string) => (await listRunItems(space.scope, { runId, limit: 100 })).items;
const events = () =>
  prisma().imageEvent.findMany({
    where: { spaceId: space.spaceId, kind: { in: ["pinned", "unpinned"] } },
    orderBy: { id: "asc" },
  });

/** Somebody else in the workspace. */
const member = async (role: "admin" | "editor") => scopeOf(await createTestUser(role), space.tenant.workspaceId, role);

describe("what a pin holds", () => {
  test("N-13: a pinned image is kept by rules, with who pinned it, until when and why", async () => {
    const [kept, going] = [
      await space.push(await space.image("kept"), "v1"),
      await space.push(await space.image("going"), "v2"),
    ];
    await space.crawl();
    const until = new Date(Date.now() + HOUR_MS);
    await pin(named(kept), { expiresAt: until.toISOString() });
    const ruleId = await space.rule(["*"]);
    const preview = await previewReclaim(space.scope, { spaceId: space.spaceId, ruleIds: [ruleId] });
    expect((await space.execute(preview.id)).run).toMatchObject({ status: "succeeded", error: null });
    const text = `kept: pinned by ${space.scope.actor.name} until ${until.toISOString().slice(0, 16).replace("T", " ")} UTC: rollback`;
    expect((await itemsOf(preview.id)).find((item) => item.digest === kept.digest)).toMatchObject({
      ...{ action: "keep", reasonCode: "pinned", reasonText: text },
    });
    const { run } = await space.execute(await space.start(ruleId));
    expect(run.totals).toMatchObject({ itemsDone: 1, itemsKept: 1 });
    expect(await space.tags()).toEqual(["v1"]);
    expect(await space.status(going.digest)).toBe(404);
  });

  test("N-13: nobody deletes it by hand, its tags included, and the pin's words say why", async () => {
    const image = await space.push(await space.image("image"), "v1", "v2");
    const child = await space.image("child");
    const index = await space.push(await space.index("index", [child, await space.image("arm")]), "multi");
    await space.crawl();
    await pin(named(image, child));
    const run = await startRecycle(space.scope, { spaceId: space.spaceId, selection: { images: named(image, index) } });
    await space.execute(run.id);
    expect((await itemsOf(run.id)).map((item) => [item.tags, item.action, item.reasonText]).sort()).toEqual([
      [["multi"], "keep", expect.stringMatching(/^kept: its part sha256:\w{12} is pinned by .*: rollback$/)],
      [["v1", "v2"], "keep", `kept: pinned by ${space.scope.actor.name}: rollback`],
    ]);
    const tags = [{ repositoryName: space.repository, tag: "v1", digest: image.digest }];
    const untag = await startUntag(space.scope, { spaceId: space.spaceId, tags, recycleDigests: true });
    expect((await space.execute(untag.id)).run.totals).toMatchObject({ itemsDone: 0, itemsKept: 1 });
    expect(await space.tags()).toEqual(["multi", "v1", "v2"]);
  });

  test("a pin that is made while a run is under way holds the image where it is", async () => {
    const image = await space.push(await space.image("image"), "v1");
    await space.crawl();
    const run = await startRecycle(space.scope, { spaceId: space.spaceId, selection: { images: named(image) } });
    const { items } = await space.execute(run.id, {
      beforeStep: async ({ step }) => {
        if (step === "verify") await pin(named(image));
      },
    });
    expect(items).toMatchObject([{ state: "skipped_stale", error: expect.stringContaining("pinned by") }]);
    expect(await space.status("v1")).toBe(200);
    expect(await space.status(image.digest, space.binRepository)).toBe(404);
  });

  test("a pin that has ended holds nothing, and history says when it ended", async () => {
    const image = await space.push(await space.image("image"), "v1");
    await space.crawl();
    const { items } = await pin(named(image), { days: 1 });
    const ended = new Date(Date.now() - HOUR_MS);
    await prisma().pin.update({ where: { id: items[0]?.id ?? "" }, data: { expiresAt: ended } });
    expect(await pins()).toEqual([]);
    expect((await markPolicy(world.registryId, true, null)).keptDigests).not.toContain(image.digest);
    const run = await startRecycle(space.scope, { spaceId: space.spaceId, selection: { images: named(image) } });
    expect((await space.execute(run.id)).run.totals).toMatchObject({ itemsDone: 1 });
    await reconcilePins();
    expect(await prisma().pin.count({ where: { spaceId: space.spaceId } })).toBe(0);
    expect((await events()).map(({ kind, at }) => ({ kind, at }))).toEqual([
      { kind: "pinned", at: expect.any(Date) },
      { kind: "unpinned", at: ended },
    ]);
  });

  test("law 1: a pinned digest is a root of every collection of its registry, tagged or not", async () => {
    const image = await space.push(await space.image("image"));
    await space.crawl();
    await pin(named(image));
    for (const workspaceId of [null, space.tenant.workspaceId, "another"])
      expect((await markPolicy(world.registryId, true, workspaceId)).keptDigests).toContain(image.digest);
  });
});

describe("pins as records", () => {
  test("N-13: reason, owner and expiry stand on the list; what is pinned already or gone is said", async () => {
    const [one, two] = [await space.push(await space.image("one"), "v1"), await space.push(await space.image("two"))];
    await space.crawl();
    const absent = { repositoryName: space.repository, digest: `sha256:${"0".repeat(64)}` };
    const admin = await member("admin");
    const images = [...named(one), ...named(one), absent];
    const first = await createPins(admin, { spaceId: space.spaceId, images, reason: "rollback" });
    expect(first).toMatchObject({ items: [{ tags: ["v1"], isGone: false, isMine: true }], alreadyPinned: 0, gone: 1 });
    const other = await member("editor");
    const second = await createPins(other, {
      spaceId: space.spaceId,
      images: named(one, two),
      reason: "mine",
      days: 3,
    });
    expect(second).toMatchObject({ items: [{ digest: two.digest, ownerName: "editor" }], alreadyPinned: 1, gone: 0 });
    const listed = await listPins(space.scope, { spaceId: space.spaceId, limit: 1 });
    expect(listed).toMatchObject({ total: 2, items: [{ digest: two.digest }] });
    const next = await listPins(space.scope, { spaceId: space.spaceId, limit: 1, cursor: listed.nextCursor ?? "" });
    expect(next).toMatchObject({
      nextCursor: null,
      items: [{ digest: one.digest, reason: "rollback", expiresAt: null }],
    });
    const search = (text: string) => listPins(space.scope, { spaceId: space.spaceId, search: text, limit: 10 });
    expect((await search("mine")).total).toBe(1);
    expect((await search(one.digest.slice(0, 30))).total).toBe(1);
    const said = (await listHistory(space.scope, { spaceId: space.spaceId, limit: 10 })).items.map(
      (event) => event.text,
    );
    expect(said).toContain("pinned an image: rollback");
  });

  test("K-33: who may only read the space sees that an image is pinned, and neither why nor by whom", async () => {
    const image = await space.push(await space.image("image"), "v1");
    // The same layers under another configuration: what goes with the first is held by the bin.
    await space.push(await space.image("image", { os: "linux", architecture: "arm64" }), "v2");
    await space.crawl();
    await space.recycle("v2");
    const { workspaceId, scope } = await createTestTenant({ name: `r${space.spaceId.slice(-6).toLowerCase()}` });
    await prisma().spaceBinding.create({ data: { spaceId: space.spaceId, workspaceId, createdByName: "Ada" } });
    const selection = { filter: { state: "any" as const }, except: [] };
    const [own, told] = await Promise.all(
      [space.scope, scope].map((who) => measureImages(who, { spaceId: space.spaceId, selection })),
    );
    expect(own?.heldByBinBytes).toBeGreaterThan(0);
    expect(told).toMatchObject({
      heldByBinBytes: 0,
      sharedBytes: (own?.sharedBytes ?? 0) + (own?.heldByBinBytes ?? 0),
      freedBytes: own?.freedBytes,
    });
    await createPins(await member("editor"), { spaceId: space.spaceId, images: named(image), reason: "secret deal" });
    const ask = { spaceId: space.spaceId, limit: 10 };
    const listed = await listPins(scope, ask);
    expect(listed.items).toMatchObject([
      { digest: image.digest, tags: ["v1"], reason: "", ownerName: "", isMine: false },
    ]);
    const images = await listImages(scope, { ...ask, state: "any", sort: "pushed" });
    expect(images.items).toMatchObject([{ digest: image.digest, pin: { reason: "", ownerName: "", expiresAt: null } }]);
    for (const search of ["secret", "editor"]) {
      expect((await listPins(scope, { ...ask, search })).total).toBe(0);
      expect((await listPins(space.scope, { ...ask, search })).total).toBe(1);
    }
  });

  test("only its owner or an admin changes or ends a pin", async () => {
    const image = await space.push(await space.image("image"), "v1");
    await space.crawl();
    const [owner, stranger] = [await member("editor"), await member("editor")];
    const { items } = await createPins(owner, { spaceId: space.spaceId, images: named(image), reason: "hold" });
    const at = { spaceId: space.spaceId, pinId: items[0]?.id ?? "" };
    await expect(updatePin(stranger, { ...at, reason: "taken over" })).rejects.toMatchObject({ code: "forbidden" });
    await expect(deletePin(stranger, at)).rejects.toMatchObject({ code: "forbidden" });
    expect((await listPins(stranger, { spaceId: space.spaceId, limit: 1 })).items).toMatchObject([{ isMine: false }]);
    const expiresAt = new Date(Date.now() + HOUR_MS).toISOString();
    expect(await updatePin(owner, { ...at, expiresAt })).toMatchObject({ reason: "hold", expiresAt });
    const admin = await member("admin");
    expect(await updatePin(admin, { ...at, expiresAt: null })).toMatchObject({ expiresAt: null });
    expect(await deletePin(admin, at)).toEqual({ id: at.pinId });
    await expect(deletePin(owner, at)).rejects.toMatchObject({ code: "not_found" });
    expect((await events()).map((event) => event.kind)).toEqual(["pinned", "unpinned"]);
    const said = (await listHistory(space.scope, { spaceId: space.spaceId, limit: 10 })).items.map(
      (event) => event.text,
    );
    expect(said[0]).toBe(`ended the pin of ${space.repository}@${image.digest.slice(0, 19)}: hold`);
  });

  test("a pin of another space is not there, and a time that has passed is refused", async () => {
    const image = await space.push(await space.image("image"), "v1");
    await space.crawl();
    const { items } = await pin(named(image));
    const neighbour = await BinSpace.create(world);
    const foreign = { spaceId: neighbour.spaceId, pinId: items[0]?.id ?? "" };
    await expect(deletePin(neighbour.scope, foreign)).rejects.toMatchObject({ code: "not_found" });
    await expect(updatePin(neighbour.scope, { ...foreign, reason: "mine now" })).rejects.toMatchObject({
      code: "not_found",
    });
    const images = named(image);
    const elsewhere = await createPins(neighbour.scope, { spaceId: neighbour.spaceId, images, reason: "mine now" });
    expect(elsewhere).toMatchObject({ items: [], gone: 1 });
    const past = new Date(Date.now() - 1).toISOString();
    await expect(pin(images, { expiresAt: past })).rejects.toMatchObject({ code: "unprocessable" });
  });

  test.each([
    ["updatePin", (at: { spaceId: string; pinId: string }) => updatePin(space.scope, { ...at, reason: "longer" })],
    ["deletePin", (at: { spaceId: string; pinId: string }) => deletePin(space.scope, at)],
    [
      "reconcilePins",
      async (at: { pinId: string }) => {
        await prisma().pin.update({ where: { id: at.pinId }, data: { expiresAt: new Date(Date.now() - 1) } });
        await reconcilePins();
      },
    ],
  ] as const)("%s and the removal of the space wait for each other in one order", async (name, change) => {
    const image = await space.push(await space.image("image"), "v1");
    await space.crawl();
    const { items } = await pin(named(image));
    const removal = new pg.Client({ connectionString: world.database.url });
    await removal.connect();
    try {
      // What removeSpace does, with time between its two steps.
      await removal.query("BEGIN");
      await removal.query("SELECT id FROM spaces WHERE id = $1 FOR UPDATE", [space.spaceId]);
      const changing = change({ spaceId: space.spaceId, pinId: items[0]?.id ?? "" }).then(
        () => "done",
        (error: { code?: string }) => error.code,
      );
      const blocked = `SELECT pid FROM pg_stat_activity
        WHERE datname = current_database() AND pg_backend_pid() = ANY(pg_blocking_pids(pid))`;
      const isWaiting = async () => (await removal.query(blocked)).rowCount;
      await expect.poll(isWaiting, { timeout: 10_000 }).toBeGreaterThan(0);
      await removal.query("DELETE FROM pins WHERE space_id = $1", [space.spaceId]);
      await removal.query("COMMIT");
      expect(await changing).toBe(name === "reconcilePins" ? "done" : "not_found");
    } finally {
      await removal.end();
    }
  });

  test("the body says what is wrong with it", () => {
    const images = [{ repositoryName: "app", digest: "sha256:0" }];
    const problems = (body: unknown) =>
      createPinsOperation.body.safeParse(body).error?.issues.map((issue) => issue.path.join(".")) ?? [];
    expect(problems({ images, reason: "why" })).toEqual([]);
    expect(problems({ images, reason: " a " })).toEqual(["reason"]);
    expect(problems({ images, reason: "\u202ewhy" })).toEqual(["reason"]);
    expect(problems({ images, reason: "x".repeat(201) })).toEqual(["reason"]);
    expect(problems({ images: [], reason: "why" })).toEqual(["images"]);
    expect(problems({ images, reason: "why", days: 0 })).toEqual(["days"]);
    expect(problems({ images, reason: "why", days: 1, expiresAt: "2099-01-01T00:00:00Z" })).toEqual(["days"]);
    expect(updatePinOperation.body.safeParse({ reason: "x" }).success).toBe(false);
  });
});
