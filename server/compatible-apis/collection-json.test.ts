import { expect, test } from "vitest";
import type { RunStatus } from "@/domain/history/run-status";
import { collectionJson } from "./collection-json";

const AT = new Date("2026-05-01T10:00:00.000Z");
const run = (status: RunStatus, phase: string, more: Partial<Parameters<typeof collectionJson>[0]> = {}) => ({
  ...{ id: "run_1", status, phase, options: { deleteUntagged: false, sweepBlobs: true }, progress: {}, totals: {} },
  ...{ createdAt: AT, finishedAt: null, heartbeatAt: null, cancelRequestedAt: null, ...more },
});
const statusOf = (...input: Parameters<typeof run>) => collectionJson(run(...input), "acme").status;

test("D-40 each state has one of the eight words", () => {
  expect(statusOf("queued", "requested")).toBe("requested");
  expect(statusOf("running", "waiting_for_lock")).toBe("requested");
  expect(statusOf("running", "waiting_for_writers")).toBe("waiting for write JWTs to expire");
  expect(statusOf("running", "marking")).toBe("scanning manifests");
  for (const phase of ["sweeping", "settling", "re_marking", "finishing"])
    expect(statusOf("running", phase)).toBe("deleting unreferenced blobs");
  expect(statusOf("running", "sweeping", { cancelRequestedAt: AT })).toBe("cancelling");
  for (const status of ["succeeded", "failed", "cancelled"] as const)
    expect(statusOf(status, "finishing", { cancelRequestedAt: AT, finishedAt: AT })).toBe(status);
  expect(statusOf("time_boxed", "sweeping")).toBe("cancelled");
});

test("D-41 the fields, with what a stopped one has done so far", () => {
  const totals = { deletedBlobs: 42, freedBytes: 667 };
  const finishedAt = new Date("2026-05-01T10:05:00.000Z");
  expect(collectionJson(run("cancelled", "sweeping", { totals, finishedAt }), "acme")).toEqual({
    uuid: "run_1",
    registry_name: "acme",
    status: "cancelled",
    type: "unreferenced blobs only",
    created_at: "2026-05-01T10:00:00.000Z",
    updated_at: "2026-05-01T10:05:00.000Z",
    blobs_deleted: 42,
    freed_bytes: 667,
  });
});

test("D-42 the type says what goes", () => {
  const typeOf = (options: object) => collectionJson(run("queued", "requested", { options }), "acme").type;
  expect(typeOf({ deleteUntagged: true, sweepBlobs: true })).toBe("untagged manifests and unreferenced blobs");
  expect(typeOf({ deleteUntagged: true, sweepBlobs: false })).toBe("untagged manifests only");
  expect(typeOf({ deleteUntagged: false })).toBe("unreferenced blobs only");
});
