import type { Permission } from "@/domain/access/permissions";

/** Where the wizard works, and who works with it. */
export type RuleWizardPlace = {
  workspaceId: string;
  workspaceSlug: string;
  spaceId: string;
  /** null = a new rule */
  ruleId: string | null;
  permissions: readonly Permission[];
};
