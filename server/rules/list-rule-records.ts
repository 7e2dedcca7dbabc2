import { type RuleDefinition, ruleDefinitionSchema } from "@/domain/rules/rule";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { listRuleRows } from "./rule.store";

export interface AppliedRuleRecord {
  id: string;
  name: string;
  revision: number;
  isEnabled: boolean;
  definition: RuleDefinition;
}

/** Rules of a space for planning and re-checking, disabled ones included. */
export async function listRuleRecords(scope: WorkspaceScope, spaceId: string): Promise<AppliedRuleRecord[]> {
  const rules = await listRuleRows(scope.workspaceId, spaceId);
  return rules.map(({ id, name, revision, isEnabled, definition }) => ({
    id,
    name,
    revision,
    isEnabled,
    definition: ruleDefinitionSchema.parse(definition),
  }));
}
