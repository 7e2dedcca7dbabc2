import { isDeepStrictEqual } from "node:util";
import type { RuleDto } from "@/contracts/rules";
import { type RuleDefinition, ruleDefinitionSchema } from "@/domain/rules/rule";
import { recordAudit } from "@/server/history/record-audit";
import { AppError, notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { isUniqueViolation, prisma, type Transaction } from "@/server/platform/db/prisma";
import { requireVersion, revisionTag } from "@/server/platform/http/etag";
import { armSavedRule } from "./arm-saved-rule";
import { isPreviewed } from "./arming";
import { nameTaken } from "./create-rules";
import { getRule } from "./get-rule";
import { nextRunOf } from "./next-run";
import { findRule, type RuleRecord, type RuleWrite, updateRuleRow } from "./rule.store";

interface Change {
  spaceId: string;
  ruleId: string;
  /** the revision that was edited */
  revision: number;
  name?: string | undefined;
  definition?: RuleDefinition | undefined;
  isEnabled?: boolean | undefined;
}

/**
 * Edits, enables or disables a rule. Every change of it is a new revision: runs and bin entries name the one that decided.
 * @throws AppError not_found, conflict (changed meanwhile, or the name is taken)
 */
export async function updateRule(scope: WorkspaceScope, input: Change): Promise<RuleDto> {
  const rule = await findRule(scope.workspaceId, input.spaceId, input.ruleId);
  if (!rule) throw notFound();
  // What is written below is written to the edited revision, or not at all.
  requireVersion(revisionTag(rule.revision));
  const write: RuleWrite = {
    id: rule.id,
    workspaceId: scope.workspaceId,
    spaceId: rule.spaceId,
    name: input.name ?? rule.name,
    definition: input.definition ?? (rule.definition as RuleWrite["definition"]),
    isEnabled: input.isEnabled ?? rule.isEnabled,
    revision: input.revision + 1,
    byName: scope.actor.name,
    nextRunAt: rule.nextRunAt,
    // Another name, or the switch, changes nothing of what it would take.
    armedRevision:
      isPreviewed(rule) && isSame(rule.definition, input.definition) ? input.revision + 1 : rule.armedRevision,
  };
  // A time that is due by now must not be lost to an edit of something else.
  if (!fallsDueAlike(rule, write)) write.nextRunAt = nextRunOf(write, new Date());
  try {
    await prisma().$transaction(async (tx) => {
      if (!(await updateRuleRow(tx, input.revision, write))) {
        throw new AppError(
          "conflict",
          `${rule.updatedByName} changed this rule meanwhile (it is at revision ${rule.revision}). Load it again and repeat your change.`,
        );
      }
      await armSavedRule(tx, rule.id);
      await recordChange(tx, scope, rule, write);
    });
  } catch (error) {
    if (isUniqueViolation(error)) throw nameTaken(write.name);
    throw error;
  }
  return getRule(scope, input);
}

/** Whether an edit leaves a definition as it was. */
function isSame(before: unknown, after: RuleDefinition | undefined): boolean {
  return after === undefined || isDeepStrictEqual(ruleDefinitionSchema.parse(before), after);
}

/** Whether an edit leaves alone when a rule comes due. */
function fallsDueAlike(before: RuleRecord, after: RuleWrite): boolean {
  const [was, is] = [before.definition, after.definition].map((one) => ruleDefinitionSchema.parse(one));
  return (
    before.isEnabled === after.isEnabled && was?.effect === is?.effect && isDeepStrictEqual(was?.schedule, is?.schedule)
  );
}

async function recordChange(
  tx: Transaction,
  scope: WorkspaceScope,
  before: RuleRecord,
  after: RuleWrite,
): Promise<void> {
  const isOnlySwitched =
    before.isEnabled !== after.isEnabled && before.name === after.name && before.definition === after.definition;
  await recordAudit(tx, {
    workspaceId: scope.workspaceId,
    spaceId: before.spaceId,
    actor: scope.actor,
    action: isOnlySwitched ? (after.isEnabled ? "rules.enable" : "rules.disable") : "rules.update",
    resourceType: "rule",
    resourceId: before.id,
    data: {
      name: after.name,
      revision: after.revision,
      definition: after.definition,
      before: { name: before.name, isEnabled: before.isEnabled, definition: before.definition },
    },
  });
}
