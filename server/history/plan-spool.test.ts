import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type PlanRow, planRowText } from "./plan-row-text";
import { PlanSpool } from "./plan-spool";

function row(name: string, text: string): PlanRow {
  return {
    ...{ action: "recycle", repositoryName: "acme/web", digest: "sha256:1", kind: "image", tags: [name], members: [] },
    ...{ selectedTags: [name], ruleId: null, pushedAt: null, lastPulledAt: null, reason: { code: "selected", text } },
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
          for await (const { bytes, ends } of spool.batches())
            for (const [at, end] of ends.entries()) read.push(bytes.toString("utf8", ends[at - 1] ?? 0, end));
          expect(read).toEqual(rows.flat().map((one) => `${Buffer.from(planRowText(one)).toString("utf8")}\n`));
        } finally {
          await spool.close();
        }
      },
    ),
    { numRuns: 60 },
  );
});

test("nothing of it is left in the temporary folder, not even while it is used", async () => {
  const spool = await PlanSpool.open();
  await spool.add([row("v1", "one")]);
  expect(readdirSync(tmpdir()).filter((name) => name.startsWith("reclaim-plan-"))).toEqual([]);
  await spool.close();
});
