import { expect, test } from "vitest";
import type { LifecyclePolicyDto, SpaceLifecycleDto } from "@/contracts/lifecycle";
import { inheritedText, policyBadge } from "./policy-words";

const policy = (level: LifecyclePolicyDto["level"]) => ({ level, keepText: "the latest 3 tags" }) as LifecyclePolicyDto;
const at = (own: LifecyclePolicyDto | null, inherited: LifecyclePolicyDto | null) =>
  ({ own, inherited, effective: own ?? inherited }) as SpaceLifecycleDto;

test("T-04 the badge says which policy counts, and what it overrides", () => {
  expect(policyBadge(at(null, null))).toBeNull();
  expect(policyBadge(at(null, policy("workspace")))).toBe("workspace's policy");
  expect(policyBadge(at(policy("repository"), null))).toBe("own policy");
  expect(policyBadge(at(policy("repository"), policy("space")))).toBe("own policy, overrides the space's");
});

test("T-12 what counts without one of its own is said in a sentence", () => {
  expect(inheritedText(policy("workspace"))).toBe("The workspace's policy counts here: it reserves the latest 3 tags.");
  expect(inheritedText(null)).toMatch(/^No lifecycle policy counts here/);
});
