import { RULES_PER_SPACE_MAX, type RuleDto } from "@/contracts/rules";
import type { RuleDefinition } from "@/domain/rules/rule";
import { recordAudit } from "@/server/history/record-audit";
import { AppError, notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { isUniqueViolation, prisma, type Transaction } from "@/server/platform/db/prisma";
import { newId } from "@/server/platform/new-id";
import { requireSpace } from "@/server/spaces/require-space";
import { armSavedRule } from "./arm-saved-rule";
import { listRules } from "./list-rules";
import { nextRunOf } from "./next-run";
import { awaitTurnToAdd, countRules, findFreeSlot, insertRule, listRuleNames, type RuleWrite } from "./rule.store";

export interface NewRule {
  name: string;
  definition: RuleDefinition;
  isEnabled: boolean;
}

/**
 * Creates several rules in the lowest free slots of their space, or none of them.
 * @throws AppError not_found, unprocessable (they would be more than 15), conflict (a name is taken, or given twice)
 */
export async function createRules(
  scope: WorkspaceScope,
  input: { spaceId: string; rules: readonly NewRule[] },
): Promise<{ items: RuleDto[] }> {
  const space = await requireSpace(scope, input.spaceId);
  const twice = input.rules.find(({ name }, at) => input.rules.findIndex((other) => other.name === name) !== at);
  if (twice !== undefined) throw new AppError("conflict", `Two of the rules are named “${twice.name}”. Rename one.`);
  const now = new Date();
  const writes = input.rules.map(({ name, definition, isEnabled }) => ({
    ...{ id: newId("rule"), workspaceId: scope.workspaceId, spaceId: space.id },
    ...{ name, definition, isEnabled, revision: 1, byName: scope.actor.name },
    ...{ nextRunAt: nextRunOf({ definition, isEnabled }, now), armedRevision: null },
  }));
  try {
    await prisma().$transaction((tx) => insertAll(tx, scope, space.id, writes));
  } catch (error) {
    if (isUniqueViolation(error, "name")) throw await takenAmong(space.id, input.rules);
    throw error;
  }
  const made = new Set(writes.map((rule) => rule.id));
  const { items } = await listRules(scope, { spaceId: space.id });
  return { items: items.filter((rule) => made.has(rule.id)) };
}

async function insertAll(
  tx: Transaction,
  scope: WorkspaceScope,
  spaceId: string,
  writes: readonly RuleWrite[],
): Promise<void> {
  if (!(await awaitTurnToAdd(tx, spaceId))) throw notFound();
  const free = RULES_PER_SPACE_MAX - (await countRules(tx, spaceId));
  if (free < writes.length) throw tooMany(free, writes.length);
  for (const rule of writes) {
    const slot = await findFreeSlot(tx, spaceId, RULES_PER_SPACE_MAX);
    if (slot === null) throw tooMany(free, writes.length);
    await insertRule(tx, slot, rule);
    await armSavedRule(tx, rule.id);
    await recordAudit(tx, {
      workspaceId: scope.workspaceId,
      spaceId,
      actor: scope.actor,
      action: "rules.create",
      resourceType: "rule",
      resourceId: rule.id,
      data: { name: rule.name, definition: rule.definition, isEnabled: rule.isEnabled },
    });
  }
}

function tooMany(free: number, wanted: number): AppError {
  const limit = `A registry space has at most ${RULES_PER_SPACE_MAX} reclaim rules, disabled ones included.`;
  return new AppError(
    "unprocessable",
    wanted === 1
      ? `${limit} Delete one first.`
      : `${limit} ${Math.max(0, free)} more would fit, and these are ${wanted}: none was created.`,
  );
}

async function takenAmong(spaceId: string, rules: readonly NewRule[]): Promise<AppError> {
  const taken = new Set(await listRuleNames(spaceId));
  const at = Math.max(
    0,
    rules.findIndex(({ name }) => taken.has(name)),
  );
  return nameTaken(rules[at]?.name ?? "", rules.length === 1 ? "body.name" : `body.rules.${at}.name`);
}

export function nameTaken(name: string, path = "body.name"): AppError {
  const detail = `A rule named “${name}” exists already in this registry space. Choose another name.`;
  return new AppError("conflict", detail, [{ path, message: "A rule of this name exists already." }]);
}
