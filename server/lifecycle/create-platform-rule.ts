import { PLATFORM_RULES_MAX } from "@/contracts/platform-rules";
import type { PlatformRuleDto } from "@/contracts/rules";
import type { RuleDefinition } from "@/domain/rules/rule";
import { recordAudit } from "@/server/history/record-audit";
import { AppError, notFound } from "@/server/platform/app-error";
import type { Actor } from "@/server/platform/auth/actor";
import { isUniqueViolation, prisma } from "@/server/platform/db/prisma";
import { newId } from "@/server/platform/new-id";
import { findFreePlatformSlot, findPlatformRule, insertPlatformRule } from "./platform-rule.store";
import { platformRuleDto } from "./platform-rule-dto";
import { requirePlatformActor } from "./require-platform-actor";

const SLOT_RACES_MAX = 5;

/**
 * Protects images in every space of the platform from now on; runs that were planned without the rule skip what is left of them.
 * @throws AppError forbidden, unprocessable (not a protect rule, the 16th), conflict (name taken)
 */
export async function createPlatformRule(
  actor: Actor,
  input: { name: string; definition: RuleDefinition; isEnabled: boolean },
): Promise<PlatformRuleDto> {
  requirePlatformActor(actor, "set protect rules of the platform");
  requireProtecting(input.definition);
  const rule = { id: newId("rule"), ...input, revision: 1, updatedByName: actor.name };
  for (let race = 0; ; race++) {
    try {
      await prisma().$transaction(async (tx) => {
        const slot = await findFreePlatformSlot(tx, PLATFORM_RULES_MAX);
        if (slot === null) {
          throw new AppError("unprocessable", `There are at most ${PLATFORM_RULES_MAX} of them. Delete one first.`);
        }
        await insertPlatformRule(tx, slot, rule);
        await recordAudit(tx, {
          ...{ workspaceId: null, spaceId: null, actor, action: "platform-rules.create" },
          ...{ resourceType: "platform-rule", resourceId: rule.id },
          data: { name: rule.name, definition: rule.definition, isEnabled: rule.isEnabled },
        });
      });
      break;
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      if (!isUniqueViolation(error, "slot")) throw platformNameTaken(input.name);
      if (race >= SLOT_RACES_MAX)
        throw new AppError("conflict", "Others are being created at the same time. Try again.");
    }
  }
  const saved = await findPlatformRule(rule.id);
  if (!saved) throw notFound();
  return platformRuleDto(saved);
}

/** @throws AppError unprocessable */
export function requireProtecting(definition: RuleDefinition): void {
  if (definition.effect !== "protect") throw new AppError("unprocessable", "A rule of the platform can only protect.");
}

export function platformNameTaken(name: string): AppError {
  return new AppError("conflict", `A protect rule named “${name}” exists already. Choose another name.`);
}
