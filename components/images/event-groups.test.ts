import { expect, test } from "vitest";
import type { ImageEventDto } from "@/contracts/image-history";
import { groupEvents } from "./event-groups";

const event = (change: Partial<ImageEventDto>): ImageEventDto => ({
  id: "1",
  at: "2026-01-01T00:00:00.000Z",
  kind: "recycled",
  text: "moved to the recycle bin by Ada",
  repositoryName: "acme/app",
  digest: "sha256:aa",
  tag: "v1",
  actorName: "Ada",
  userAgent: null,
  source: "run",
  runId: "run_1",
  rule: null,
  otherDigest: null,
  reason: null,
  ...change,
});
const texts = (...events: Partial<ImageEventDto>[]) => groupEvents(events.map(event)).map(({ text }) => text);

test("N-11 what happened at once to several tags is said once, with their names", () => {
  expect(texts({}, { tag: "live" })).toEqual(["moved to the recycle bin as v1, live by Ada"]);
  const untagged = { kind: "untagged", text: "tag v1 removed by Ada; the image stayed" } as const;
  expect(texts(untagged, { ...untagged, tag: "live", text: "tag live removed by Ada; the image stayed" })).toEqual([
    "tags v1, live removed by Ada; the image stayed",
  ]);
  const restored = { kind: "restored", text: "restored from the recycle bin as v1 by Ada" } as const;
  expect(texts(restored, { ...restored, tag: "live", text: "restored from the recycle bin as live by Ada" })).toEqual([
    "restored from the recycle bin as v1, live by Ada",
  ]);
});

test("what differs in time, run or reason is not told as one", () => {
  expect(texts({}, { tag: "live", at: "2026-01-01T00:00:01.000Z" })).toHaveLength(2);
  expect(texts({}, { tag: "live", runId: "run_2" })).toHaveLength(2);
  expect(texts({}, { tag: "live", text: "moved to the recycle bin by Ada: old" })).toHaveLength(2);
});

test("an event without a tag, or with words of its own, keeps its sentence", () => {
  expect(texts({ tag: null })).toEqual(["moved to the recycle bin by Ada"]);
  expect(texts({ kind: "pinned", text: "pinned by Ada: tag v1 is live" })).toEqual(["pinned by Ada: tag v1 is live"]);
});
