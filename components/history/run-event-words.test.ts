import { expect, test } from "vitest";
import { eventText, eventTone } from "./run-event-words";

test.each([
  [{ kind: "phase", data: { phase: "waiting_for_writers" } }, "Read-only now; waiting for pushes that had begun"],
  [{ kind: "phase", data: { phase: "some_new_phase" } }, "Some new phase"],
  [
    { kind: "planned", data: { itemsTotal: 41, tagsTotal: 44, itemsKept: 1200, logicalBytes: 1024 } },
    "41 images with 44 tags chosen, 1,200 kept; 1.00 KiB",
  ],
  [
    { kind: "planned", data: { itemsTotal: 41, itemsLeftOut: 40, tagsTotal: 1, itemsKept: 2, logicalBytes: 1024 } },
    "1 image with 1 tag chosen, 2 kept; 1.00 KiB",
  ],
  [{ kind: "item_failed", data: { repository: "acme/web", message: "no answer" } }, "acme/web: no answer"],
  [{ kind: "oddity", data: { text: "a/b: broken link", path: "a/b" } }, "a/b: broken link"],
  [
    { kind: "tag_conflict", data: { repository: "acme/web", conflicts: ["v1 came back as v1-restored-20261121"] } },
    "acme/web: v1 came back as v1-restored-20261121",
  ],
  [{ kind: "finished", data: { status: "partial_limit" } }, "Stopped at a limit"],
  [
    { kind: "never_heard_of", data: { freedBytes: 2048, digest: `sha256:${"a".repeat(64)}`, isDone: true } },
    "Never heard of: freed bytes 2.00 KiB, digest sha256:aaaaaaaaaaaa, is done yes",
  ],
])("%o reads in plain words", (event, text) => {
  expect(eventText(event)).toBe(text);
});

test("failures stand out, and only they", () => {
  expect(eventTone({ kind: "item_failed", data: {} })).toBe("bad");
  expect(eventTone({ kind: "finished", data: { status: "failed" } })).toBe("bad");
  expect(eventTone({ kind: "finished", data: { status: "succeeded" } })).toBe("plain");
  expect(eventTone({ kind: "oddity", data: {} })).toBe("quiet");
});
