import { expect, test } from "vitest";
import { type ImageEventFacts, imageEventText } from "./image-event-text";

const AB = `sha256:ab${"0".repeat(62)}`;
const CD = `sha256:cd${"1".repeat(62)}`;

const text = (event: Partial<ImageEventFacts>) =>
  imageEventText({
    kind: "pushed",
    tag: "v1",
    digest: AB,
    actorName: null,
    userAgent: null,
    runId: null,
    ruleId: null,
    ruleName: null,
    ruleRevision: null,
    otherDigest: null,
    reason: null,
    ...event,
  });

test("N-11 what happened is one plain sentence", () => {
  const eddi = { actorName: "eddi", userAgent: "skopeo/1.9 (linux)" };
  expect(text(eddi)).toBe("pushed as v1 by eddi with skopeo/1.9");
  expect(text({ ...eddi, otherDigest: CD })).toBe(
    "pushed as v1 in place of sha256:cd1111111111… by eddi with skopeo/1.9",
  );
  expect(text({ kind: "tagged", ...eddi })).toBe("tagged v1 by eddi with skopeo/1.9");
  expect(text({ kind: "overwritten", otherDigest: CD, ...eddi })).toBe(
    "tag v1 moved from sha256:ab0000000000… to sha256:cd1111111111… by eddi with skopeo/1.9",
  );
  expect(text({ kind: "gone", ...eddi })).toBe("deleted at the registry by eddi with skopeo/1.9, past the recycle bin");
});

test("N-11 a rule is named with the revision that decided, and who ran it", () => {
  const rule = { runId: "run_1", ruleId: "rule_1", ruleName: "PR builds", ruleRevision: 3, actorName: "Ada" };
  expect(text({ kind: "recycled", ...rule })).toBe(
    "moved to the recycle bin by rule “PR builds” (revision 3), in a run of Ada",
  );
  expect(text({ kind: "recycled", ...rule, ruleName: null, ruleRevision: null, actorName: null })).toBe(
    "moved to the recycle bin by a rule",
  );
  expect(text({ kind: "untagged", ...rule })).toBe(
    "tag v1 removed by rule “PR builds” (revision 3), in a run of Ada; the image stayed",
  );
  expect(text({ kind: "recycled", actorName: "Ada", reason: "not needed" })).toBe(
    "moved to the recycle bin by Ada: not needed",
  );
  expect(text({ kind: "recycled", actorName: "Ada", reason: "by hand: Ada, not needed" })).toBe(
    "moved to the recycle bin by Ada: not needed",
  );
  expect(text({ kind: "recycled", actorName: "Ada", reason: "by hand: Ada" })).toBe("moved to the recycle bin by Ada");
});

test("what is not known is left out", () => {
  expect(text({ tag: null })).toBe("pushed");
  expect(text({ userAgent: "docker/27 go/go1.22" })).toBe("pushed as v1 with docker/27");
  expect(text({ kind: "overwritten" })).toBe("tag v1 moved to another image");
  expect(text({ kind: "restored", actorName: "Ada" })).toBe("restored from the recycle bin as v1 by Ada");
  expect(text({ kind: "purged", reason: "its time in the recycle bin is up" })).toBe(
    "purged for good: its time in the recycle bin is up",
  );
  expect(text({ kind: "pinned", actorName: "Ada", reason: "rollback" })).toBe("pinned by Ada: rollback");
  expect(text({ kind: "something new" })).toBe("something new");
  expect(text({ userAgent: `${"x".repeat(300)} y` })).toBe(`pushed as v1 with ${"x".repeat(60)}…`);
});
