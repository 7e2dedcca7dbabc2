import { expect, test } from "vitest";
import type { RunDto } from "@/contracts/history";
import {
  gcEstimateText,
  gcOptionsText,
  gcPaceText,
  gcPhaseText,
  gcResultText,
  gcStepProgress,
  gcSteps,
  phaseTimes,
} from "./gc-words";

const run = (over: Partial<RunDto>): RunDto => ({
  id: "run_1",
  spaceId: "spc_1",
  registryId: "reg_1",
  kind: "gc",
  status: "running",
  phase: "marking",
  isDryRun: false,
  trigger: "manual",
  options: { deleteUntagged: true, timeBoxMinutes: null },
  requestedByName: "Ada",
  cancelRequestedBy: null,
  confirmation: null,
  progress: {},
  totals: {},
  error: null,
  lastSequence: 1,
  itemsPrunedAt: null,
  createdAt: "2026-11-21T09:00:00.000Z",
  startedAt: null,
  finishedAt: null,
  ...over,
});

test("steps follow the phase; both waits are one step, and a dry run has no sweep", () => {
  const states = (over: Partial<RunDto>) => gcSteps(run(over)).map((step) => step.state);
  expect(states({ phase: "waiting_for_lock" })).toEqual(["active", "waiting", "waiting", "waiting"]);
  expect(states({ phase: "sweeping" })).toEqual(["done", "done", "active", "waiting"]);
  expect(states({ phase: "marking", isDryRun: true })).toEqual(["done", "active"]);
  expect(states({ phase: "finishing", status: "succeeded" })).toEqual(["done", "done", "done", "done"]);
});

test("progress without a known whole has no share", () => {
  expect(gcStepProgress("marking", { manifestsDone: 12 })).toEqual({ all: 0, text: "12 manifests" });
  expect(gcStepProgress("sweeping", {})).toEqual({ all: 0, text: "0 of 0 blobs" });
});

test("progress of marking and sweeping counts what was done of all", () => {
  expect(gcStepProgress("marking", { manifestsDone: 12, manifestsTotal: 40, blobsTotal: 60, blobsDone: 0 })).toEqual({
    done: 12,
    all: 100,
    text: "12 of 40 manifests, 0 of 60 blobs",
  });
  expect(
    gcStepProgress("sweeping", { candidateManifests: 4, deletedManifests: 4, candidateBlobs: 10, deletedBlobs: 3 }),
  ).toEqual({ done: 7, all: 14, text: "4 of 4 manifests, 3 of 10 blobs" });
});

test("D-23 a cancelled collection says what it deleted and freed", () => {
  const totals = { deletedBlobs: 118, deletedManifests: 1, freedBytes: 1024 ** 2, candidateBlobs: 230 };
  expect(gcResultText(run({ status: "cancelled", totals }))).toBe("118 blobs and 1 manifest deleted, 1.00 MiB freed.");
  const held = { ...totals, spaceFreeWhy: "Versions are kept.", spaceFreeAt: "2026-12-22T00:00:00.000Z" };
  expect(gcResultText(run({ status: "succeeded", totals: held }))).toMatch(
    /Versions are kept\. .*expected by .*2026\.$/,
  );
});

test("N-07 what is only put aside is not said to be deleted", () => {
  const totals = {
    quarantinedBlobs: 3,
    quarantinedBytes: 1024,
    undoUntil: "2026-11-22T09:00:00.000Z",
    deletedBlobs: 0,
  };
  expect(gcResultText(run({ status: "succeeded", totals }))).toBe(
    "3 blobs put aside, 1.00 KiB: freed when they are deleted for good.",
  );
});

test("a dry run never claims to have deleted anything, and a stopped one only says what it found", () => {
  const totals = { candidateBlobs: 2, candidateManifests: 1, candidateBytes: 1024 };
  expect(gcResultText(run({ isDryRun: true, status: "succeeded", totals }))).toBe(
    "A collection would delete 2 blobs and 1 manifest and free 1.00 KiB.",
  );
  expect(gcResultText(run({ isDryRun: true, status: "cancelled", totals }))).toBe(
    "Found so far: 2 blobs and 1 manifest, 1.00 KiB.",
  );
});

test("the time left is an estimate and says so; unknown pace says nothing", () => {
  expect(gcPaceText({ bytesPerSecond: 1024 ** 2, secondsLeft: 65 })).toBe("1.00 MiB a second, about 1 min 05 s left");
  expect(gcPaceText({})).toBe("");
});

test("options read back as they were chosen", () => {
  expect(gcOptionsText(run({}))).toBe("untagged manifests deleted too, until done");
  expect(gcOptionsText(run({ isDryRun: true, options: { deleteUntagged: false, timeBoxMinutes: 1 } }))).toBe(
    "dry run, untagged manifests kept, for at most 1 minute",
  );
});

test("N-07 an online collection has its own steps, and says that nothing is gone before the end", () => {
  const online = (over: Partial<RunDto>) => run({ options: { deleteUntagged: true, mode: "online" }, ...over });
  const steps = gcSteps(online({ phase: "settling" }));
  expect(steps.map(({ label, state }) => `${label} ${state}`)).toEqual([
    ...["Waiting for its turn done", "Marking done", "Putting aside done", "Settling active"],
    ...["Marking again waiting", "Deleting waiting"],
  ]);
  expect(gcPhaseText(online({ phase: "sweeping" }))).toContain("nothing is gone for good yet");
  expect(gcPhaseText(run({ phase: "sweeping" }))).toContain("cannot be brought back");
  expect(gcSteps(online({ phase: "marking", isDryRun: true }))).toHaveLength(2);
});

test("D-42 options name the type and the mode of a collection", () => {
  const options = { deleteUntagged: true, sweepBlobs: false, timeBoxMinutes: null, mode: "online" };
  expect(gcOptionsText(run({ options }))).toBe("untagged manifests only, online, until done");
});

test("D-25 the phases of a run with the time that each took; one that goes on has none yet", () => {
  const event = (sequence: number, second: number, kind: string, phase?: string) => ({
    ...{ sequence, kind, at: `2026-11-21T09:00:${String(second).padStart(2, "0")}.000Z` },
    data: phase === undefined ? {} : { phase },
  });
  const log = [
    ...[event(1, 0, "phase", "marking"), event(2, 3, "marked"), event(3, 5, "phase", "sweeping")],
    ...[event(4, 9, "phase", "marking"), event(5, 10, "phase", "finishing")],
  ];
  const told = (finishedAt: string | null) => phaseTimes(log, finishedAt).map(({ phase, tookMs }) => [phase, tookMs]);
  expect(told(null)).toEqual([
    ...[
      ["marking", 5000],
      ["sweeping", 4000],
      ["marking", 1000],
      ["finishing", null],
    ],
  ]);
  expect(told("2026-11-21T09:00:12.000Z").at(-1)).toEqual(["finishing", 2000]);
});

test("R-16 an estimate says that it is one, and by what", () => {
  expect(gcEstimateText(null)).toBeNull();
  expect(gcEstimateText({ seconds: 125, fromRuns: 3 })).toBe("about 2 min 05 s, by the last 3");
  expect(gcEstimateText({ seconds: 0, fromRuns: 1 })).toBe("about 1 s, as the one before did");
});
