import { describe, expect, test } from "vitest";
import type { RestoreCheckDto } from "@/contracts/recycle-bin";
import { restoreDecisions } from "./restore-decisions";

type Conflict = RestoreCheckDto["conflicts"][number];

const conflict = (tag: string, change: Partial<Conflict> = {}): Conflict => ({
  ...{ entryId: "bin_1", repositoryName: "s/app", tag, kind: "tag_moved", isLastTag: false, restoreAs: null },
  ...{ recordedDigest: "sha256:old", currentDigest: `sha256:now-${tag}` },
  choices: ["keep_current", "take_back", "restore_as"],
  ...change,
});
const none = () => undefined;

describe("R-06 what is asked of tags in conflict", () => {
  test("taking all back names the image that was shown for each, and leaves nothing for one unseen", () => {
    const pinned = conflict("v2", { kind: "tag_pinned", choices: ["keep_current", "restore_as"] });
    const found = { conflicts: [conflict("v1"), pinned], isConflictsCapped: false };
    expect(restoreDecisions(found, "take_back", none)).toEqual({
      onTagConflict: "keep_current",
      decisions: [{ entryId: "bin_1", tag: "v1", choice: "take_back", currentDigest: "sha256:now-v1" }],
    });
  });

  test("where not all were shown the choice holds for the rest", () => {
    const found = { conflicts: [conflict("v1")], isConflictsCapped: true };
    expect(restoreDecisions(found, "take_back", none)).toMatchObject({
      onTagConflict: "take_back",
      decisions: [{ tag: "v1", currentDigest: "sha256:now-v1" }],
    });
  });

  test("what was chosen by name goes before the choice for all", () => {
    const found = { conflicts: [conflict("v1"), conflict("v2"), conflict("v3")], isConflictsCapped: false };
    const chosen = new Map([["v2", "take_back" as const]]);
    expect(restoreDecisions(found, "restore_as", ({ tag }) => chosen.get(tag))).toEqual({
      onTagConflict: "restore_as",
      decisions: [{ entryId: "bin_1", tag: "v2", choice: "take_back", currentDigest: "sha256:now-v2" }],
    });
  });
});
