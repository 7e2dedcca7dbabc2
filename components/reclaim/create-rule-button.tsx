"use client";

import { Plus } from "lucide-react";
import { RULES_PER_SPACE_MAX } from "@/contracts/rules";
import type { Permission } from "@/domain/access/permissions";
import { spacePath } from "../history/space-path";
import { ButtonLink } from "../ui/button";
import { GatedButton, missingPermissionText } from "./gated-button";

/** Why no rule can be added to a space, or null where one can. */
export function whyNoMoreRules(permissions: readonly Permission[], ruleCount: number): string | null {
  if (ruleCount >= RULES_PER_SPACE_MAX) {
    return `A registry space has at most ${RULES_PER_SPACE_MAX} reclaim rules, disabled ones included. Delete one first.`;
  }
  return permissions.includes("rules.write") ? null : missingPermissionText("rules.write");
}

/** The way into the wizard; closed, with the reason, for those who may not and where the space is full. */
export function CreateRuleButton({
  permissions,
  workspaceSlug,
  spaceId,
  ruleCount,
}: {
  permissions: readonly Permission[];
  workspaceSlug: string;
  spaceId: string;
  ruleCount: number;
}) {
  const reason = whyNoMoreRules(permissions, ruleCount);
  if (reason === null) {
    return (
      <ButtonLink variant="primary" icon={<Plus />} href={spacePath(workspaceSlug, spaceId, "reclaim", "new")}>
        Create Reclaim Rule
      </ButtonLink>
    );
  }
  if (ruleCount < RULES_PER_SPACE_MAX) {
    return (
      <GatedButton variant="primary" icon={<Plus />} reason={reason}>
        Create Reclaim Rule
      </GatedButton>
    );
  }
  return (
    <GatedButton variant="primary" reason={reason}>
      {RULES_PER_SPACE_MAX}/{RULES_PER_SPACE_MAX}
      <span className="sr-only"> Create Reclaim Rule</span>
    </GatedButton>
  );
}
