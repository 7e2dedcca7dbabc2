import { expect, test } from "vitest";
import { confirmationWords } from "./confirmation-words";

const asked = {
  ...{ images: 0, imagesTotal: 4, tags: 3, tagsTotal: 4, sharePercent: 75, limitPercent: 50, logicalBytes: 0 },
  ...{ askedAt: "2026-03-01T12:00:00.000Z", expiresAt: "2026-03-08T12:00:00.000Z" },
  ...{ confirmedAt: null, confirmedByName: null },
};

test("N-10 T-05 a run that waits says why: the share of its images, that of its tags, or a policy that nobody has previewed", () => {
  const byImages = confirmationWords({ ...asked, reason: "images", images: 3 });
  expect(byImages.title).toMatch(/^This run would take 75 % of the space: 3 of 4 images/);
  expect(byImages.confirm).toBe("Move 3 images");
  const byTags = confirmationWords({ ...asked, reason: "tags" });
  expect(byTags.title).toBe("This run would take 75 % of the tags of the space: 3 of 4 tags");
  expect([byTags.goes, byTags.confirm]).toEqual([expect.stringContaining("no image will move"), "Take 3 tags"]);
  const first = confirmationWords({ ...asked, reason: "first_run" });
  expect(first.title).toContain("Nobody has previewed this policy");
  expect(first.why).toContain("first run of a lifecycle policy");
});
