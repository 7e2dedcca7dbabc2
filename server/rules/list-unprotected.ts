import { listPlatformRules } from "@/server/lifecycle/list-platform-rules";
import { readPreviewProtection, readSpaceProtection } from "./preview-protection.store";

interface Armed {
  id: string;
  armedByRunId: string | null;
}

/**
 * Ids of those rules whose arming preview was shown with a protect rule, the space's or the platform's, that is missing or says something else
 * now: a run would take what the preview kept. More protection than it had is none of them.
 */
export async function listUnprotected(rules: readonly (Armed & { spaceId: string })[]): Promise<ReadonlySet<string>> {
  const armed = rules.filter((rule) => rule.armedByRunId !== null);
  if (armed.length === 0) return new Set();
  const [own, platform] = await Promise.all([
    readSpaceProtection([...new Set(armed.map((rule) => rule.spaceId))]),
    listPlatformRules(),
  ]);
  const platformNow = platform.map(revisionOf);
  return findUnprotected(armed, (rule) => new Set([...(own.get(rule.spaceId) ?? []), ...platformNow]));
}

/** The same against what a run was frozen with. */
export async function listUnprotectedBy(
  rules: readonly Armed[],
  frozen: readonly { id: string; revision: number; definition: { effect: string } }[],
): Promise<ReadonlySet<string>> {
  const now = new Set(frozen.filter((rule) => rule.definition.effect === "protect").map(revisionOf));
  return findUnprotected(rules, () => now);
}

async function findUnprotected<R extends Armed>(rules: readonly R[], nowOf: (rule: R) => ReadonlySet<string>) {
  const shown = await readPreviewProtection([...new Set(rules.flatMap((rule) => rule.armedByRunId ?? []))]);
  const isUnprotected = (rule: R) => {
    if (rule.armedByRunId === null) return false;
    const now = nowOf(rule);
    // Of a preview that is not there nobody can say what it showed.
    return shown.get(rule.armedByRunId)?.every((one) => now.has(one)) !== true;
  };
  return new Set(rules.filter(isUnprotected).map((rule) => rule.id));
}

function revisionOf({ id, revision }: { id: string; revision: number }): string {
  return `${id}@${revision}`;
}
