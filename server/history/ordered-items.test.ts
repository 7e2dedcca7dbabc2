import fc from "fast-check";
import { expect, test } from "vitest";
import { CopyWriter } from "@/server/platform/db/copy-writer";
import { OrderedItems, type SettledNumbers } from "./ordered-items";
import { itemHead, leaveOutItem, type PlanRow, setItemNumbers, writeItemRow } from "./plan-row-bytes";

const RUN = { id: "run_1", workspaceId: "wsp_1" };

function itemOf(name: string): Buffer {
  const row: PlanRow = {
    ...{ action: "recycle", repositoryName: name, digest: "sha256:1", kind: "image", tags: [name], members: [] },
    ...{ selectedTags: [], ruleId: null, pushedAt: 0, lastPulledAt: null, imageCreatedAt: null },
    reason: { code: "selected", text: name },
  };
  const writer = new CopyWriter();
  writeItemRow(writer, itemHead(RUN), row);
  return Buffer.from(writer.take());
}

/** One item with its numbers, made by itself. */
function settled(name: string, { leftOut, ...numbers }: SettledNumbers): Buffer {
  const writer = new CopyWriter();
  const bytes = itemOf(name);
  if (leftOut === null) writer.columns(bytes, 0, bytes.length);
  else leaveOutItem(writer, bytes, 0, bytes.length, leftOut);
  const item = Buffer.from(writer.take());
  setItemNumbers(item, 0, numbers);
  return item;
}

/** Names of rows, a place for each, and how many bytes are asked for at a time. */
const plan = fc.array(fc.string({ unit: "binary", maxLength: 30 }), { maxLength: 12 }).chain((names) => {
  const places = names.map((_, at) => at);
  return fc.record({
    names: fc.constant(names),
    places: fc.shuffledSubarray(places, { minLength: names.length }),
    bytesAtOnce: fc.constantFrom(1, 300, 2_000, 100_000),
  });
});

test("items come in the order of their ordinals with their numbers, some of them left out, however many at a time", () => {
  fc.assert(
    fc.property(plan, ({ names, places, bytesAtOnce }) => {
      const numbersOf = (row: number): SettledNumbers => ({
        ...{ ordinal: places[row] ?? 0, sizeBytes: 2 ** 40 + row, uniqueBytes: row, ownBytes: 2 ** 33 },
        leftOut: row % 3 === 1 ? `by limit ${row}` : null,
      });
      const items = names.map(itemOf);
      const starts = items.map((_, at) => Buffer.concat(items.slice(0, at)).length);
      const ordered = new OrderedItems({ bytes: Buffer.concat(items), starts }, numbersOf);
      expect(ordered.isEmpty).toBe(names.length === 0);
      const writer = new CopyWriter(1);
      const given: Buffer[] = [];
      let count = 0;
      for (let some = ordered.next(writer, bytesAtOnce); some !== null; some = ordered.next(writer, bytesAtOnce)) {
        given.push(Buffer.from(some.bytes));
        count += some.count;
      }
      expect({ count, isEmpty: ordered.isEmpty }).toEqual({ count: names.length, isEmpty: true });
      const inOrder = names.map((_, ordinal) => places.indexOf(ordinal));
      const expected = inOrder.map((row) => settled(names[row] ?? "", numbersOf(row)));
      expect(Buffer.concat(given)).toEqual(Buffer.concat(expected));
    }),
  );
});

test("two items of one ordinal are an error, not an end that never comes", () => {
  const item = itemOf("twice");
  const numbers = { ordinal: 0, sizeBytes: 0, uniqueBytes: 0, ownBytes: 0, leftOut: null };
  const ordered = new OrderedItems({ bytes: Buffer.concat([item, item]), starts: [0, item.length] }, () => numbers);
  expect(() => ordered.next(new CopyWriter(), 100_000)).toThrow("ordinal 1");
});
