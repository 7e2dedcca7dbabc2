import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import fc from "fast-check";
import { expect, test } from "vitest";
import { CopyWriter } from "@/server/platform/db/copy-writer";
import { type PlanRow, writePlanRow } from "./plan-row-bytes";
import { PlanSpool, writePlanRows } from "./plan-spool";

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
        const spool = await PlanSpool.open();
        try {
          const rows = groups.map((group) => group.map((one) => row(`v-${one.length}`, one)));
          for (const group of rows) await spool.add(group);
          const read: string[] = [];
          for await (const { bytes, rows } of spool.batches())
            for (const { start, end } of rows) read.push(bytes.toString("hex", start, end));
          expect(read).toEqual(rows.flat().map(bytesOf));
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
  writePlanRow(writer, one);
  return writer.take().toString("hex");
}

test("more than memory is for goes to the file, in order, and threads write there from the start", async () => {
  const large = Array.from({ length: 12 }, (_, at) => row(`v${at}`, `${at}`.repeat(500_000)));
  const spool = await PlanSpool.open();
  const shared = await PlanSpool.open();
  try {
    for (const one of large) await spool.add([one]);
    writePlanRows(shared.file, large, new CopyWriter());
    for (const each of [spool, shared]) {
      const read: string[] = [];
      for await (const { bytes, rows } of each.batches())
        for (const { start, end } of rows) read.push(bytes.toString("hex", start, end));
      expect(read).toEqual(large.map(bytesOf));
    }
  } finally {
    await spool.close();
    await shared.close();
  }
});

test("nothing of it is left in the temporary folder, not even while it is used", async () => {
  const spool = await PlanSpool.open();
  await spool.add([row("v1", "one")]);
  expect(readdirSync(tmpdir()).filter((name) => name.startsWith("reclaim-plan-"))).toEqual([]);
  await spool.close();
});
