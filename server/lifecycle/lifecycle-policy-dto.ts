import type { LifecyclePolicyDto } from "@/contracts/lifecycle";
import { keepText } from "@/domain/rules/lifecycle-policy";
import { type PolicyRecord, policyOf } from "./lifecycle-policy.store";

/** A lifecycle policy as the API shows it, with what it reserves in words. */
export function lifecyclePolicyDto(row: PolicyRecord): LifecyclePolicyDto {
  return {
    ...policyOf(row),
    spaceId: row.spaceId,
    keepText: keepText(row),
    updatedAt: row.updatedAt.toISOString(),
    updatedByName: row.updatedByName,
  };
}
