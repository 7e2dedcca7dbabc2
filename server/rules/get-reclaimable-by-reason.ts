import type { ReclaimableByReasonDto } from "@/contracts/storage";
import { compileRule, evaluateRule } from "@/domain/rules/evaluate-rule";
import type { FactsFrame } from "@/domain/rules/facts";
import { unknownText } from "@/domain/rules/reason-text";
import { REASON_RULES, RECLAIMABLE_REASONS, type ReclaimableReason } from "@/domain/rules/reclaimable-reasons";
import { ruleSentence } from "@/domain/rules/sentence";
import type { Unit } from "@/domain/rules/unit";
import { measureImages } from "@/server/images/measure-images";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { pullTrackingSince } from "@/server/registries/pull-tracking";
import { requireSpace } from "@/server/spaces/require-space";
import { testedRepositories } from "./tested-repositories";

/** Images whose bytes are measured at once: about two seconds. */
const MEASURED_MAX = 10_000;

interface Found {
  images: { repositoryName: string; digest: string }[];
  count: number;
}

/**
 * What could be freed of a space's images, split by why: a newer one took their place, or nobody has asked for them for long. Each image
 * counts once. By the same rules that the wizard starts from, before guards and rules that protect.
 * @throws AppError not_found
 */
export async function getReclaimableByReason(
  scope: WorkspaceScope,
  input: { spaceId: string },
): Promise<ReclaimableByReasonDto> {
  const space = await requireSpace(scope, input.spaceId);
  const repositories = await testedRepositories(space, () => true);
  const frame = { nowMs: Date.now(), pullTrackingSinceMs: pullTrackingSince(space)?.getTime() ?? null };
  const found: Record<ReclaimableReason, Found> = {
    superseded: { images: [], count: 0 },
    old: { images: [], count: 0 },
  };
  const unknown = new Map<string, number>();
  for (const { name, units } of repositories) if (units !== null) sort(name, units, frame, found, unknown);

  const superseded = found.superseded.images.slice(0, MEASURED_MAX);
  const old = found.old.images.slice(0, Math.max(0, MEASURED_MAX - superseded.length));
  // What both share is freed once both are gone: together they are exactly what the sum says.
  const [first, all] = await Promise.all([
    freed(scope, space.id, superseded),
    freed(scope, space.id, [...superseded, ...old]),
  ]);
  const bytes = { superseded: first, old: Math.max(0, all - first) };
  const share = (reason: ReclaimableReason) => ({
    ...{ images: found[reason].count, bytes: bytes[reason], templateId: REASON_RULES[reason].templateId },
    sentence: ruleSentence(REASON_RULES[reason].definition),
  });
  const [mostOften] = [...unknown].sort((a, b) => b[1] - a[1]);
  return {
    ...{ superseded: share("superseded"), old: share("old"), unknown: mostOften?.[0] ?? null },
    isPartial:
      repositories.some(({ units }) => units === null) ||
      superseded.length + old.length < found.superseded.count + found.old.count,
  };
}

const COMPILED = RECLAIMABLE_REASONS.map((reason) => ({
  reason,
  compiled: compileRule({ id: reason, name: reason, revision: 0, definition: REASON_RULES[reason].definition }),
}));

function sort(
  repositoryName: string,
  units: readonly Unit[],
  frame: FactsFrame,
  found: Record<ReclaimableReason, Found>,
  unknown: Map<string, number>,
): void {
  const positions = units.map((_, at) => at);
  const counted = new Set<number>();
  for (const { reason, compiled } of COMPILED) {
    for (const [at, { holds, because }] of evaluateRule(compiled, units, positions, frame)) {
      const unit = units[at];
      if (unit === undefined || unit.isMember || counted.has(at)) continue;
      const fact = holds === null ? because.find((one) => one.kind === "unknown") : undefined;
      if (reason === "old" && fact?.kind === "unknown") {
        const why = unknownText(fact.unknown);
        unknown.set(why, (unknown.get(why) ?? 0) + 1);
      }
      if (holds !== true) continue;
      counted.add(at);
      found[reason].count++;
      if (found[reason].images.length < MEASURED_MAX) {
        found[reason].images.push({ repositoryName, digest: unit.artifact.digest });
      }
    }
  }
}

async function freed(
  scope: WorkspaceScope,
  spaceId: string,
  images: readonly { repositoryName: string; digest: string }[],
): Promise<number> {
  if (images.length === 0) return 0;
  return (await measureImages(scope, { spaceId, selection: { images: [...images] } })).freedBytes;
}
