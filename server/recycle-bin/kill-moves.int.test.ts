import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BuiltImage, signatureTag } from "@/scripts/demo/oci-image";
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

/** For what hangs: a whole kind is prepared and killed at once, on a machine that may be busy. */
const TIMEOUT_MS = 600_000;

interface Prepared {
  space: BinSpace;
  parts: Map<string, BuiltImage>;
  runId: string;
}

/** Has one worker execute runs side by side until each stands at its step, and die then. */
async function killAt(stops: readonly { runId: string; step: string; nth: number }[]): Promise<void> {
  const child = startProgram("run-and-kill", [JSON.stringify(stops)]);
  const end = await new Promise<{ code: number | null; signal: string | null }>((resolve) =>
    child.once("exit", (code, signal) => resolve({ code, signal })),
  );
  expect(end, `at ${stops.map(({ step, nth }) => `${step} (${nth})`).join(", ")}`).toEqual({
    code: null,
    signal: "SIGKILL",
  });
  const where = { id: { in: stops.map(({ runId }) => runId) } };
  for (const run of await prisma().run.findMany({ where }))
    expect(run).toMatchObject({ status: "running", finishedAt: null });
  // Its heartbeat grows stale; the test does not wait for the time to pass.
  await prisma().run.updateMany({ where, data: { heartbeatAt: new Date(Date.now() - 60_000) } });
}

/** A repository with all that a move may meet, and its parts by name. */
async function furnish(): Promise<{ space: BinSpace; parts: Map<string, BuiltImage> }> {
  const space = await BinSpace.create(world);
  const shared = await space.image("shared");
  const own = await space.image("own");
  const going = space.place(await space.index("going", [shared, own]), "v1", "stable");
  const kept = space.place(await space.index("kept", [shared, await space.image("kept-arm")]), "kept");
  const signature = space.place(space.signature(going), signatureTag(going.digest));
  const sbom = space.place(space.sbom(own));
  const plain = space.place(await space.image("plain"), "plain");
  return { space, parts: new Map(Object.entries({ shared, own, going, kept, signature, sbom, plain })) };
}

/** Everything that must be the same whether or not somebody was killed. */
async function stateOf({ space, parts, runId }: Prepared) {
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
    broken: space.broken({ isOwn: true }),
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

/** Furnishes as many spaces, and makes a run of the kind in each that is to be interrupted. */
async function prepare(kind: Kind, count: number): Promise<Prepared[]> {
  const furnished = await Promise.all(Array.from({ length: count }, furnish));
  const spaces = furnished.map(({ space }) => space);
  await BinSpace.crawl(world, spaces);
  const inEach = (start: (one: (typeof furnished)[number]) => Promise<string>): Promise<Prepared[]> =>
    Promise.all(furnished.map(async (one) => ({ ...one, runId: await start(one) })));
  if (kind === "destroy" || kind === "untag") return inEach(kind === "destroy" ? startToDestroy : startToUntag);
  // Three go together: an index with all that belongs to it, another that shares a child with it, and a plain image.
  const tags = kind.endsWith("three") ? ["v1", "stable", "kept", "plain"] : ["v1", "stable"];
  if (kind.startsWith("recycle")) return inEach(async ({ space }) => space.start(await space.rule(tags)));
  await Promise.all(spaces.map((space) => space.recycle(...tags)));
  if (kind === "take back") {
    for (const { space, parts } of furnished) {
      // Of one tag the image that has it now has no other, of the second it has.
      parts.set("now", space.place(await space.index("now"), "v1"));
      parts.set("beside", space.place(await space.image("beside"), "stable", "latest"));
    }
    await BinSpace.crawl(world, spaces);
  }
  return inEach(async ({ space }) => {
    const { scope, spaceId } = space;
    const entryIds = (await space.entries()).map((entry) => entry.id);
    if (kind === "purge") return (await startPurge(scope, { spaceId, entryIds, typedName: await typedName(space) })).id;
    const onTagConflict = kind === "take back" ? "take_back" : "keep_current";
    return (await startRestore(scope, { spaceId, entryIds, onTagConflict })).id;
  });
}

const typedName = async ({ spaceId: id }: BinSpace) => (await prisma().space.findUniqueOrThrow({ where: { id } })).name;

async function startToDestroy({ space, parts }: Omit<Prepared, "runId">): Promise<string> {
  const selection = { images: [{ repositoryName: space.repository, digest: parts.get("going")?.digest ?? "" }] };
  const { scope, spaceId } = space;
  return (await startRecycle(scope, { spaceId, selection, skipBin: { typedName: await typedName(space) } })).id;
}

async function startToUntag({ space, parts }: Omit<Prepared, "runId">): Promise<string> {
  const image = { repositoryName: space.repository, digest: parts.get("going")?.digest ?? "" };
  const tags = ["v1", "stable"].map((tag) => ({ ...image, tag }));
  return (await startUntag(space.scope, { spaceId: space.spaceId, tags, recycleDigests: false })).id;
}

/** How a run of the kind ends that nobody disturbs. */
async function undisturbed(kind: Kind, prepared: Prepared | undefined): Promise<unknown> {
  if (prepared === undefined) throw new Error("nothing was prepared");
  await prepared.space.execute(prepared.runId);
  const state = await stateOf(prepared);
  expect(state).toMatchObject({
    run: { status: "succeeded", totals: { itemsDone: kind.endsWith("three") ? 3 : 1, logicalBytes: true } },
    broken: {},
  });
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
  let expected: unknown;
  let killed: Map<string, Prepared>;

  beforeAll(async () => {
    const [first, ...others] = await prepare(kind, 1 + points.length);
    expected = await undisturbed(kind, first);
    const stops = others.map((prepared, at) => ({ prepared, step: points[at]?.[0] ?? "", nth: points[at]?.[1] ?? 0 }));
    await killAt(stops.map(({ prepared: { runId }, step, nth }) => ({ runId, step, nth })));
    killed = new Map(stops.map(({ prepared, step, nth }) => [`${step} ${nth}`, prepared]));
    // While all of them stand in the middle of it, too.
    expect(first?.space.broken()).toEqual({});
  }, TIMEOUT_MS);

  test.each(points)("killed at %s (%i) ends as if nothing had happened", { timeout: TIMEOUT_MS }, async (step, nth) => {
    const prepared = killed.get(`${step} ${nth}`);
    if (prepared === undefined) throw new Error("nothing was killed here");
    await prepared.space.takeOver(prepared.runId);
    expect(await stateOf(prepared)).toEqual(expected);
  });
});

test("killed again and again, each time a step later, a recycle still ends as one", {
  timeout: TIMEOUT_MS,
}, async () => {
  const [first, again] = await prepare("recycle", 2);
  const expected = await undisturbed("recycle", first);
  if (again === undefined) throw new Error("nothing was prepared");
  for (const step of ["copy", "remove-top", "finish"]) await killAt([{ runId: again.runId, step, nth: 1 }]);
  await again.space.takeOver(again.runId);
  expect(await stateOf(again)).toEqual(expected);
});
