import { expect, test } from "vitest";
import { auditText } from "./audit-text";

test("T-11 T-13 history says who reserved what", () => {
  const keep = { isEnabled: true, keepLatestTags: 30, keepDays: null, repositoryName: null };
  expect(auditText("lifecycle.set", keep)).toBe("set the lifecycle policy to reserve the latest 30 tags");
  expect(auditText("lifecycle.set", { ...keep, isEnabled: false })).toBe("switched the lifecycle policy off");
  expect(auditText("lifecycle.remove", { ...keep, repositoryName: "acme/web" })).toBe(
    "removed the automatic clearing policy of acme/web",
  );
});

test("T-05 a run by a policy is told from one by rules", () => {
  const rule = { id: "policy_1" };
  const started = (rules: unknown[]) => auditText("reclaim.start", { ruleIds: [rule.id], rules });
  expect(started([{ ...rule, lifecycle: { keepLatestTags: 1 } }])).toBe("started a reclaim with 1 lifecycle policy");
  expect(started([rule])).toBe("started a reclaim with 1 rule");
});
