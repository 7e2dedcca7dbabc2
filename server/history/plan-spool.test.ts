import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import fc from "fast-check";
import { expect, test } from "vitest";
import { CopyWriter } from "@/server/platform/db/copy-writer";
import { itemHead, type PlanRow, writeItemRow } from "./plan-row-bytes";
import { PlanSpool, writePlanRows } from "./plan-spool";

const RUN = { id: "run_1", workspaceId: "wsp_1" };

async function readAll(spool: PlanSpool): Promise<string[]> {
  const read: string[] = [];
  const room = Buffer.alloc(64 * 1024);
  for (let some = await spool.next(room); some !== null; some = await spool.next(room)) {
    const { bytes, starts } = some;
    starts.forEach((start, at) => {
      read.push(bytes.toString("hex", start, starts[at + 1] ?? bytes.length));
    });
  }
  return read;
}

function row(name: string, text: string): PlanRow {
  return {
    ...{ action: "recycle", repositoryName: "acme/web", digest: "sha256:1", kind: "image", tags: [name], members: [] },
    ...{ selectedTags: [name], ruleId: null, pushedAt: 0, lastPulledAt: null, imageCreatedAt: null },
    reason: { code: "selected", text },
  };
}

test("rows come back in their order, whatever characters are in them and however they came", {
  timeout: 30_000,
}, async () => {
  const text = fc.string({ unit: "binary", maxLength: 40 });
  // Long ones too, so that lines end everywhere in what is read at a time.
  const long = fc.tuple(text, fc.constantFrom(4_000, 40_000)).map(([part, times]) => `${part}é`.repeat(times));
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(fc.oneof({ weight: 9, arbitrary: text }, long), { maxLength: 5 })),
      async (groups) => {
        const spool = await PlanSpool.open(RUN);
        try {
          const rows = groups.map((group) => group.map((one) => row(`v-${one.length}`, one)));
          for (const group of rows) await spool.add(group);
          expect(await readAll(spool)).toEqual(rows.flat().map(bytesOf));
        } finally {
          await spool.close();
        }
      },
    ),
    { numRuns: 60 },
  );
});

function bytesOf(one: PlanRow): string {
  const writer = new CopyWriter();
  writeItemRow(writer, itemHead(RUN), one);
  return writer.take().toString("hex");
}

test("more than memory is for goes to the file, in order, and threads write there from the start", async () => {
  const large = Array.from({ length: 12 }, (_, at) => row(`v${at}`, `${at}`.repeat(800_000)));
  const spool = await PlanSpool.open(RUN);
  const shared = await PlanSpool.open(RUN);
  try {
    for (const one of large) await spool.add([one]);
    writePlanRows(shared.file, RUN, large, new CopyWriter());
    for (const each of [spool, shared]) {
      expect(each.takeAll()).toBeNull();
      expect(await readAll(each)).toEqual(large.map(bytesOf));
    }
  } finally {
    await spool.close();
    await shared.close();
  }
});

test("nothing of it is left in the temporary folder, not even while it is used", async () => {
  const spool = await PlanSpool.open(RUN);
  await spool.add([row("v1", "one")]);
  expect(readdirSync(tmpdir()).filter((name) => name.startsWith("reclaim-plan-"))).toEqual([]);
  await spool.close();
});

test("the memory of a plan that is done is the next one's; of a plan that is not, nobody else's", async () => {
  const [done, open] = [await PlanSpool.open(RUN), await PlanSpool.open(RUN)];
  await done.add([row("v0", "done")]);
  const memory = done.takeAll()?.bytes.buffer;
  await open.add([row("v1", "first")]);
  done.giveBack();
  await done.close();
  const later = [await PlanSpool.open(RUN), await PlanSpool.open(RUN)];
  for (const spool of later) await spool.add([row("v2", "second")]);
  const taken = [open, ...later].map((spool) => spool.takeAll());
  expect(taken.map((items) => items?.bytes.toString("hex"))).toEqual(
    ["first", "second", "second"].map((text, at) => bytesOf(row(at === 0 ? "v1" : "v2", text))),
  );
  const memories = taken.map((items) => items?.bytes.buffer);
  expect(memories[1]).toBe(memory);
  expect(new Set(memories).size).toBe(3);
  for (const spool of [open, ...later]) await spool.close();
});

test("many rows at once are written to the disk piece by piece, and a row that is larger than all memory too", async () => {
  const many = Array.from({ length: 14_000 }, (_, at) => row(`v${at}`, `${at} `.repeat(120)));
  const spool = await PlanSpool.open(RUN);
  try {
    await spool.add(many);
    await spool.add([row("large", "x".repeat(9 * 1024 * 1024)), row("last", "last")]);
    expect(spool.takeAll()).toBeNull();
    const all = [...many, row("large", "x".repeat(9 * 1024 * 1024)), row("last", "last")];
    expect(await readAll(spool)).toEqual(all.map(bytesOf));
    spool.giveBack();
    // What grew for the large one is let go.
    const next = await PlanSpool.open(RUN);
    await next.add([row("v1", "one")]);
    expect(next.takeAll()?.bytes.buffer.byteLength).toBeLessThan(9 * 1024 * 1024);
    await next.close();
  } finally {
    await spool.close();
  }
});
