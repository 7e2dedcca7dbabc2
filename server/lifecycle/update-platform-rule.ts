import type { PlatformRuleDto } from "@/contracts/rules";
import type { RuleDefinition } from "@/domain/rules/rule";
import { recordAudit } from "@/server/history/record-audit";
import { AppError, notFound } from "@/server/platform/app-error";
import type { Actor } from "@/server/platform/auth/actor";
import { isUniqueViolation, prisma } from "@/server/platform/db/prisma";
import { platformNameTaken, requireProtecting } from "./create-platform-rule";
import { findPlatformRule, type PlatformRuleWrite, updatePlatformRuleRow } from "./platform-rule.store";
import { platformRuleDto } from "./platform-rule-dto";
import { requirePlatformActor } from "./require-platform-actor";

interface Change {
  platformRuleId: string;
  /** the revision that was edited */
  revision: number;
  name?: string | undefined;
  definition?: RuleDefinition | undefined;
  isEnabled?: boolean | undefined;
}

/**
 * Edits, enables or disables a protect rule of the platform, as a new revision.
 * @throws AppError forbidden, not_found, unprocessable (not a protect rule), conflict (changed meanwhile, or the name is taken)
 */
export async function updatePlatformRule(actor: Actor, input: Change): Promise<PlatformRuleDto> {
  requirePlatformActor(actor, "change protect rules of the platform");
  const rule = await findPlatformRule(input.platformRuleId);
  if (!rule) throw notFound();
  if (input.definition !== undefined) requireProtecting(input.definition);
  const write: PlatformRuleWrite = {
    id: rule.id,
    name: input.name ?? rule.name,
    definition: input.definition ?? (rule.definition as PlatformRuleWrite["definition"]),
    isEnabled: input.isEnabled ?? rule.isEnabled,
    revision: input.revision + 1,
    updatedByName: actor.name,
  };
  try {
    await prisma().$transaction(async (tx) => {
      if (!(await updatePlatformRuleRow(tx, input.revision, write))) {
        throw new AppError(
          "conflict",
          `${rule.updatedByName} changed this rule meanwhile (it is at revision ${rule.revision}). Load it again and repeat your change.`,
        );
      }
      await recordAudit(tx, {
        ...{ workspaceId: null, spaceId: null, actor, action: "platform-rules.update" },
        ...{ resourceType: "platform-rule", resourceId: rule.id },
        data: {
          ...{ name: write.name, revision: write.revision, definition: write.definition, isEnabled: write.isEnabled },
          before: { name: rule.name, isEnabled: rule.isEnabled, definition: rule.definition },
        },
      });
    });
  } catch (error) {
    if (isUniqueViolation(error)) throw platformNameTaken(write.name);
    throw error;
  }
  const saved = await findPlatformRule(rule.id);
  if (!saved) throw notFound();
  return platformRuleDto(saved);
}
