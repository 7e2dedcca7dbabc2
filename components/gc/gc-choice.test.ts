import fc from "fast-check";
import { expect, test } from "vitest";
import type { GcStatusDto } from "@/contracts/gc";
import { startGcBodySchema } from "@/contracts/gc";
import { choiceDraftOf, choiceOf, choiceProblems, type GcChoiceDraft, precautions, usualChoice } from "./gc-choice";

const yes = { isAvailable: true, reason: null };
const no = { isAvailable: false, reason: "why not" };
const usual = usualChoice({ read_only: yes, online: yes });
const status = { registryName: "main", isShared: false, isBucket: false } as GcStatusDto;

test("D-19 untagged manifests are deleted too unless somebody says otherwise; read-only where it is possible", () => {
  expect(choiceOf(usual)).toEqual({ deleteUntagged: true, sweepBlobs: true, mode: "read_only", timeBoxMinutes: null });
  expect(usualChoice({ read_only: no, online: yes }).mode).toBe("online");
  expect(usualChoice({ read_only: no, online: no }).mode).toBe("read_only");
});

test("D-42 a collection of nothing, and a time that is none, are told of and not sent", () => {
  expect(choiceProblems({ ...usual, deleteUntagged: false, sweepBlobs: false })).toEqual({
    what: "choose at least one",
  });
  for (const minutes of ["", " ", "0", "1.5", "1441", "ten"]) {
    expect(choiceOf({ ...usual, timeBox: "minutes", minutes }), minutes).toBeNull();
    expect(choiceOf({ ...usual, timeBox: "done", minutes }), minutes).not.toBeNull();
  }
});

test("law: what is sent is what the API takes, and reads back as it was chosen", () => {
  const drafts = fc.record<GcChoiceDraft>({
    deleteUntagged: fc.boolean(),
    sweepBlobs: fc.boolean(),
    timeBox: fc.constantFrom("done", "minutes"),
    minutes: fc.oneof(fc.integer({ min: -5, max: 2_000 }).map(String), fc.string({ maxLength: 5 })),
    mode: fc.constantFrom("read_only", "online"),
  });
  fc.assert(
    fc.property(drafts, (draft) => {
      const choice = choiceOf(draft);
      if (choice === null) return;
      expect(startGcBodySchema.safeParse(choice).success).toBe(true);
      expect(choiceOf(choiceDraftOf(choice))).toEqual(choice);
    }),
  );
});

test("AL-04 AL-05 AL-11 AL-12 AL-14 the precautions say what cannot be undone, whom it concerns, and what goes on", () => {
  const said = precautions(status, usual, false).join("\n");
  expect(said).toMatch(/cannot be brought back/);
  expect(said).toMatch(/Nobody else may write to the registry's storage/);
  expect(said).toMatch(/whole registry/);
  expect(said).toMatch(/Pulls work/);
  expect(said).not.toMatch(/bucket/);
  expect(precautions({ ...status, isBucket: true }, usual, false).join("\n")).toMatch(/bucket keeps versions/);
  expect(precautions(status, { ...usual, mode: "online" }, false).join("\n")).not.toMatch(/refused/);
  expect(precautions({ ...status, isShared: true }, usual, false).join("\n")).toMatch(/other workspaces stay/);
  expect(precautions(status, usual, true).join("\n")).toMatch(/deletes nothing/);
});
