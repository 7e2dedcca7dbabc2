import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BuiltImage } from "@/scripts/demo/oci-image";
import { prisma } from "@/server/platform/db/prisma";
import { startRecycle } from "@/server/reclaim/start-recycle";
import { startUntag } from "@/server/reclaim/start-untag";
import { BinSpace, type BinWorld, startBinWorld } from "@/testing/bin-world";
import { startProgram } from "@/testing/programs";
import { startPurge } from "./start-purge";
import { startRestore } from "./start-restore";

let world: BinWorld;

beforeAll(async () => {
  world = await startBinWorld();
});
afterAll(async () => {
  await world.stop();
});

/** Each starts a process of its own, which takes its time on a busy machine. */
const TIMEOUT_MS = 180_000;

/** Has a worker of its own execute the run and die at a step. */
async function killAt(runId: string, step: string, nth: number): Promise<void> {
  const child = startProgram("run-and-kill", [runId, step, String(nth)]);
  const end = await new Promise<{ code: number | null; signal: string | null }>((resolve) =>
    child.once("exit", (code, signal) => resolve({ code, signal })),
  );
  expect(end, `at ${step}`).toEqual({ code: null, signal: "SIGKILL" });
  const run = await prisma().run.findUniqueOrThrow({ where: { id: runId } });
  expect(run).toMatchObject({ status: "running", finishedAt: null });
  // Its heartbeat grows stale; the test does not wait for the time to pass.
  await prisma().run.update({ where: { id: runId }, data: { heartbeatAt: new Date(Date.now() - 60_000) } });
}

/** A repository with all that a move may meet, and its parts by name. */
async function furnish(space: BinSpace): Promise<Map<string, BuiltImage>> {
  const shared = await space.image("shared");
  const own = await space.image("own");
  const going = await space.index("going", [shared, own]);
  await space.push(going, "v1", "stable");
  const kept = await space.push(await space.index("kept", [shared, await space.image("kept-arm")]), "kept");
  const signature = await space.sign(going);
  const sbom = await space.push(space.sbom(own));
  const plain = await space.push(await space.image("plain"), "plain");
  await space.crawl();
  return new Map(Object.entries({ shared, own, going, kept, signature, sbom, plain }));
}

/** Everything that must be the same whether or not somebody was killed. */
async function stateOf(space: BinSpace, parts: Map<string, BuiltImage>, runId: string) {
  const nameOf = (digest: string) => [...parts].find(([, image]) => image.digest === digest)?.[0] ?? "?";
  const there = async (repository: string) => {
    const found: string[] = [];
    for (const [name, { digest }] of parts) if ((await space.status(digest, repository)) === 200) found.push(name);
    return found;
  };
  const entries = await prisma().binEntry.findMany({
    where: { spaceId: space.spaceId },
    include: { tags: { orderBy: { name: "asc" } }, manifests: { orderBy: { ordinal: "asc" } } },
    orderBy: { repositoryName: "asc" },
  });
  const audits = await prisma().auditEvent.findMany({ where: { spaceId: space.spaceId }, select: { action: true } });
  const history = await prisma().imageEvent.findMany({ where: { spaceId: space.spaceId, source: "run" } });
  const inventory = await space.inventory();
  const { run, items } = await space.result(runId);
  // What skips the bin is there twice: moved, and purged.
  const counted = items.filter((item) => run.kind !== "reclaim" || item.action !== "purge");
  const bytes = counted.reduce((sum, item) => sum + item.logicalBytes, 0);
  const unique = counted.reduce((sum, item) => sum + item.uniqueBytes, 0);
  return {
    source: await there(space.repository),
    bin: await there(space.binRepository),
    tags: (await space.tags()).map((tag) => tag.replace(/^sha256-\w+/, "sha256-…")),
    inventory: inventory.manifests.map(({ digest, pushedAt }) => `${nameOf(digest)} ${pushedAt}`).sort(),
    inventoryTags: inventory.tags.map((tag) => nameOf(tag.split("=")[1] ?? "")).sort(),
    // A tag's own name, but for a signature's, which has the digest of the image in it.
    history: history
      .map(({ kind, tag, digest }) => `${kind} ${nameOf(digest)} ${tag?.replace(/^sha256-\w+/, "sha256-…") ?? "-"}`)
      .sort(),
    entries: entries
      .map(({ state, digest, tags, manifests, recycledAt, endedAt }) => ({
        ...{ state, image: nameOf(digest), isRecycled: recycledAt !== null, isEnded: endedAt !== null },
        tags: tags.map((tag) => nameOf(tag.digest)),
        manifests: manifests.map((one) => `${nameOf(one.digest)} ${one.role} ${isRemoved(one, entries)}`).sort(),
      }))
      .sort((a, b) => a.image.localeCompare(b.image)),
    audits: audits.map((audit) => audit.action).sort(),
    run: {
      status: run.status,
      // Sizes differ a little from space to space; each byte counted once is what matters.
      totals: {
        ...run.totals,
        logicalBytes: run.totals.logicalBytes === bytes,
        uniqueBytes: run.totals.uniqueBytes === unique,
      },
    },
    // Which image a tag was taken from has another digest in each space.
    items: items.map(({ state, error }) => ({
      state,
      error: error?.replaceAll(/sha256:[0-9a-f]{12}/g, "sha256:…") ?? null,
    })),
    broken: space.broken(),
  };
}

/** Of a part of several images that go, whichever is the last takes it along. */
function isRemoved(
  part: { digest: string },
  entries: readonly { manifests: readonly { digest: string; isRemovedAtSource: boolean }[] }[],
): boolean {
  return entries.some(({ manifests }) => manifests.some((one) => one.digest === part.digest && one.isRemovedAtSource));
}

type Kind = "recycle" | "recycle three" | "restore" | "restore three" | "take back" | "purge" | "destroy" | "untag";

/** Furnishes a space, and makes the run of the kind that is to be interrupted. */
async function prepare(kind: Kind) {
  const space = await BinSpace.create(world);
  const parts = await furnish(space);
  const { spaceId } = space;
  const { name } = await prisma().space.findUniqueOrThrow({ where: { id: spaceId } });
  const { digest = "" } = parts.get("going") ?? {};
  const image = { repositoryName: space.repository, digest };
  if (kind === "destroy") {
    const selection = { images: [image] };
    const run = await startRecycle(space.scope, { spaceId, selection, skipBin: { typedName: name } });
    return { space, parts, runId: run.id };
  }
  if (kind === "untag") {
    const tags = ["v1", "stable"].map((tag) => ({ ...image, tag }));
    const run = await startUntag(space.scope, { spaceId, tags, recycleDigests: false });
    return { space, parts, runId: run.id };
  }
  // Three go together: an index with all that belongs to it, another that shares a child with it, and a plain image.
  const ruleId = await space.rule(kind.endsWith("three") ? ["v1", "stable", "kept", "plain"] : ["v1", "stable"]);
  const recycle = await space.start(ruleId);
  if (kind.startsWith("recycle")) return { space, parts, runId: recycle };
  await space.execute(recycle);
  const entryIds = (await space.entries()).map((entry) => entry.id);
  if (kind === "take back") {
    // Of one tag the image that has it now has no other, of the second it has.
    parts.set("now", await space.push(await space.index("now"), "v1"));
    parts.set("beside", await space.push(await space.image("beside"), "stable", "latest"));
    await space.crawl();
    const run = await startRestore(space.scope, { spaceId, entryIds, onTagConflict: "take_back" });
    return { space, parts, runId: run.id };
  }
  const run = kind.startsWith("restore")
    ? await startRestore(space.scope, { spaceId, entryIds, onTagConflict: "keep_current" })
    : await startPurge(space.scope, { spaceId, entryIds, typedName: name });
  return { space, parts, runId: run.id };
}

const undisturbed = new Map<Kind, unknown>();
async function expected(kind: Kind): Promise<unknown> {
  const known = undisturbed.get(kind);
  if (known) return known;
  const { space, parts, runId } = await prepare(kind);
  await space.execute(runId);
  const state = await stateOf(space, parts, runId);
  expect(state).toMatchObject({
    run: { status: "succeeded", totals: { itemsDone: kind.endsWith("three") ? 3 : 1, logicalBytes: true } },
    broken: {},
  });
  undisturbed.set(kind, state);
  return state;
}

const POINTS: Record<Kind, [step: string, nth: number][]> = {
  recycle: [
    ["record", 1],
    ["copy", 1],
    ["verify", 1],
    ["remove", 1],
    ["remove-top", 1],
    ["remove-part", 1],
    ["remove-part", 2],
    ["finish", 1],
  ],
  "recycle three": [
    ["copy", 2],
    ["verify", 3],
    ["remove-top", 2],
    ["remove-top", 3],
    ["remove-part", 2],
    ["finish", 1],
    ["finish", 3],
  ],
  restore: [
    ["copy", 1],
    ["tag", 1],
    ["set-tag", 2],
    ["clean", 1],
    ["remove-from-bin", 2],
    ["finish", 1],
  ],
  "restore three": [
    ["copy", 2],
    ["tag", 3],
    ["set-tag", 3],
    ["clean", 2],
    ["remove-from-bin", 4],
    ["finish", 2],
  ],
  // Who makes room is recycled in the middle of it: the first copy, verify and finish are its.
  "take back": [
    ["displace", 1],
    ["record", 1],
    ["copy", 1],
    ["verify", 1],
    ["remove-top", 1],
    ["finish", 1],
    ["displaced", 1],
    ["copy", 2],
    ["set-tag", 2],
    ["clean", 1],
    ["finish", 2],
  ],
  purge: [
    ["remove", 1],
    ["remove-from-bin", 1],
    ["remove-from-bin", 2],
    ["remove-from-bin", 4],
    ["finish", 1],
  ],
  destroy: [
    ["verify", 1],
    ["remove-part", 1],
    ["finish", 1],
    // Everything is moved, nothing purged.
    ["take-own", 1],
    ["remove", 2],
    ["remove-from-bin", 2],
    ["finish", 2],
  ],
  untag: [
    ["untag", 1],
    ["untagged", 1],
    ["untagged", 2],
  ],
};

describe.each(Object.entries(POINTS) as [Kind, [string, number][]][])("%s", (kind, points) => {
  test.each(points)("killed at %s (%i) ends as if nothing had happened", { timeout: TIMEOUT_MS }, async (step, nth) => {
    const undisturbedState = await expected(kind);
    const { space, parts, runId } = await prepare(kind);
    await killAt(runId, step, nth);
    await space.takeOver(runId);
    expect(await stateOf(space, parts, runId)).toEqual(undisturbedState);
  });
});

test("killed again and again, each time a step later, a recycle still ends as one", {
  timeout: TIMEOUT_MS,
}, async () => {
  const undisturbedState = await expected("recycle");
  const { space, parts, runId } = await prepare("recycle");
  for (const step of ["copy", "remove-top", "finish"]) await killAt(runId, step, 1);
  await space.takeOver(runId);
  expect(await stateOf(space, parts, runId)).toEqual(undisturbedState);
});
