import { expect, test } from "vitest";
import { auditText } from "./audit-text";

test("K-44 previews, readings and checks are told of in sentences", () => {
  const rule = { id: "rule_1", name: "old" };
  expect(auditText("reclaim.preview", { ruleIds: ["rule_1", "rule_2"], rules: [rule] })).toBe("previewed 2 rules");
  expect(auditText("reclaim.preview", { ruleIds: [], draft: { name: "new" }, rules: [] })).toBe(
    "previewed the rule “new” before it was saved",
  );
  expect(auditText("reclaim.preview", { ruleIds: ["policy_1"], rules: [{ ...rule, lifecycle: {} }] })).toBe(
    "previewed what a lifecycle policy would take",
  );
  expect(auditText("reclaim.preview", {})).toBe("previewed what a reclaim would take");
  expect(auditText("bin.check", { count: 1 })).toBe("had the image in the recycle bin read back");
  expect(auditText("bin.check", { count: 12 })).toBe("had 12 images in the recycle bin read back");
  expect(auditText("registries.check", { name: "builds" })).toBe("asked the registry builds whether it is well");
  expect(auditText("crawls.start", {})).toBe("had the registry space read again");
  expect(auditText("crawls.cancel", {})).toBe("cancelled a reading of the registry space");
});
