import fc from "fast-check";
import { expect, test } from "vitest";
import { CopyWriter } from "@/server/platform/db/copy-writer";
import { itemHead, itemsIn, leaveOutItem, type PlanRow, writeItemRow } from "./plan-row-bytes";

const RUN = { id: "run_1", workspaceId: "wsp_1" };
const text = fc.string({ unit: "binary", maxLength: 30 });
const row = fc
  .record({ name: text, tags: fc.array(text, { maxLength: 3 }), isKept: fc.boolean(), isWhole: fc.boolean() })
  .map(
    ({ name, tags, isKept, isWhole }): PlanRow => ({
      ...{ action: isKept ? "keep" : "recycle", repositoryName: name, digest: "sha256:1", kind: "image", tags },
      ...{ selectedTags: isWhole ? tags : [...tags], members: [], ruleId: null },
      ...{ reason: { code: "selected", text: name }, pushedAt: 5, lastPulledAt: null, imageCreatedAt: null },
    }),
  );

function bytesOf(rows: readonly PlanRow[]): Buffer {
  const writer = new CopyWriter(1);
  for (const one of rows) writeItemRow(writer, itemHead(RUN), one);
  return Buffer.from(writer.take());
}

function textsOf(bytes: Buffer, starts: readonly number[]): string[] {
  return starts.map((start, at) => bytes.toString("hex", start, starts[at + 1] ?? bytes.length));
}

test("a list that is selected whole is written as any other", () => {
  fc.assert(
    fc.property(row, (one) => {
      expect(bytesOf([{ ...one, selectedTags: one.tags }])).toEqual(bytesOf([{ ...one, selectedTags: [...one.tags] }]));
    }),
  );
});

test("items are found again in their bytes, and what of the last one is missing is left", () => {
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 5 }), fc.nat(), (rows, cut) => {
      const bytes = bytesOf(rows);
      const { starts, end } = itemsIn(bytes);
      expect(end).toBe(bytes.length);
      expect(textsOf(bytes, starts)).toEqual(rows.map((one) => bytesOf([one]).toString("hex")));
      const part = itemsIn(bytes.subarray(0, bytes.length - 1 - (cut % bytes.length)));
      expect(part.starts).toEqual(starts.filter((_, at) => (starts[at + 1] ?? bytes.length) <= part.end));
      expect(part.starts.length).toBeLessThan(rows.length);
    }),
  );
});

test("an item that is left out says why, and nothing else of it changes", () => {
  fc.assert(
    fc.property(row, text, (one, why) => {
      const bytes = bytesOf([{ ...one, action: "recycle" }]);
      const writer = new CopyWriter();
      leaveOutItem(writer, bytes, 0, bytes.length, why);
      const left = Buffer.from(writer.take());
      const end = new CopyWriter();
      end.text("planned");
      end.text(null);
      const before = bytes.length - end.take().length;
      expect(left.subarray(0, before)).toEqual(bytes.subarray(0, before));
      end.text("left_out");
      end.text(why);
      expect(left.subarray(before)).toEqual(Buffer.from(end.take()));
      expect(itemsIn(left)).toEqual({ starts: [0], end: left.length });
    }),
  );
});
