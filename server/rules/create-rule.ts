import { RULES_PER_SPACE_MAX, type RuleDto } from "@/contracts/rules";
import type { RuleDefinition } from "@/domain/rules/rule";
import { recordAudit } from "@/server/history/record-audit";
import { AppError } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { isUniqueViolation, prisma } from "@/server/platform/db/prisma";
import { newId } from "@/server/platform/new-id";
import { requireSpace } from "@/server/spaces/require-space";
import { getRule } from "./get-rule";
import { findFreeSlot, insertRule } from "./rule.store";

const SLOT_RACES_MAX = 5;

/**
 * Creates a rule in the lowest free slot of its space.
 * @throws AppError not_found, unprocessable (the 16th), conflict (name taken)
 */
export async function createRule(
  scope: WorkspaceScope,
  input: { spaceId: string; name: string; definition: RuleDefinition; isEnabled: boolean },
): Promise<RuleDto> {
  const space = await requireSpace(scope, input.spaceId);
  const rule = {
    id: newId("rule"),
    workspaceId: scope.workspaceId,
    spaceId: space.id,
    name: input.name,
    definition: input.definition,
    isEnabled: input.isEnabled,
    revision: 1,
    byName: scope.actor.name,
  };
  for (let race = 0; ; race++) {
    try {
      await prisma().$transaction(async (tx) => {
        const slot = await findFreeSlot(tx, space.id, RULES_PER_SPACE_MAX);
        if (slot === null) {
          throw new AppError(
            "unprocessable",
            `A registry space has at most ${RULES_PER_SPACE_MAX} reclaim rules, disabled ones included. Delete one first.`,
          );
        }
        await insertRule(tx, slot, rule);
        await recordAudit(tx, {
          workspaceId: scope.workspaceId,
          spaceId: space.id,
          actor: scope.actor,
          action: "rules.create",
          resourceType: "rule",
          resourceId: rule.id,
          data: { name: rule.name, definition: rule.definition, isEnabled: rule.isEnabled },
        });
      });
      return await getRule(scope, { spaceId: space.id, ruleId: rule.id });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      if (!isUniqueViolation(error, "slot")) throw nameTaken(input.name);
      if (race >= SLOT_RACES_MAX)
        throw new AppError("conflict", "Other rules are being created at the same time. Try again.");
    }
  }
}

export function nameTaken(name: string): AppError {
  return new AppError("conflict", `A rule named “${name}” exists already in this registry space. Choose another name.`);
}
