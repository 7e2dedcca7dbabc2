import { subjectOfFallbackTag } from "@/domain/images/referrer-tag";
import { subjectsOf } from "@/domain/images/subjects-of";
import type { PlanMove } from "@/domain/reclaim/plan";
import { type RecheckInput, recheckItem, staleText } from "@/domain/reclaim/recheck-item";
import type { Artifact } from "@/domain/rules/facts";
import { ruleSpeaksFor } from "@/domain/rules/lifecycle-policy";
import type { AppliedRule } from "@/domain/rules/rule";
import type { RunContext } from "@/server/history/run-context";
import { itemHits, type RunItemRecord, runRules } from "@/server/history/run-journal";
import { listPlatformRules } from "@/server/lifecycle/list-platform-rules";
import { listStandingRules } from "@/server/lifecycle/list-standing-rules";
import type { RecycleGuard } from "@/server/recycle-bin/recycle-guard";
import { graceMs, planOf } from "./planned-run";
import { listManifestsOutside } from "./reclaim.store";
import { isByHand, protectionOf, type ReclaimOptions, reclaimOptions } from "./reclaim-options";

/** Who says that an item may go: rules as they are now, or the person whose choice the run is. A text = it may not any more. */
type Authority = (item: PlanMove) => RecheckInput["rules"] | { stale: string };

/** The guard of a reclaim run, by rules or by hand: what changed since the plan is skipped, never moved. */
export function createReclaimGuard(context: RunContext): RecycleGuard {
  const { run } = context;
  const options = reclaimOptions(run.options);
  const rules = runRules(run);
  const readAuthority = isByHand(options)
    ? async (): Promise<Authority> => () => "by_hand"
    : () => readRules(context, options);

  let last: { authorityFor: Authority; readAtMs: number } | null = null;

  return {
    async open({ maxAgeMs } = { maxAgeMs: 0 }) {
      const startedAtMs = Date.now();
      const isFresh = last !== null && startedAtMs - last.readAtMs < maxAgeMs;
      const authorityFor = isFresh && last !== null ? last.authorityFor : await readAuthority();
      if (!isFresh) last = { authorityFor, readAtMs: startedAtMs };
      return {
        beforeCopy(item, tags) {
          const authority = authorityFor(planOf(item, rules));
          if (isStale(authority)) return authority.stale;
          const removed = item.tags.filter((tag) => tags.get(tag) !== item.digest);
          return removed.length > 0 ? staleText({ code: "tags_changed", added: [], removed }) : null;
        },

        async beforeRemoval(item, artifacts) {
          const plan = planOf(item, rules);
          const authority = authorityFor(plan);
          if (isStale(authority)) return authority;
          const result = recheckItem({
            item: { ...plan, members: plan.members.map((member) => ({ ...member, stays: staysByItself(member) })) },
            artifacts,
            rules: authority,
            planNowMs: run.frozenNow.getTime(),
            graceMs: graceMs(),
            isDigestElsewhere: await subjectsElsewhere(run.registryId, item, artifacts),
          });
          if (result.outcome === "skipped_stale") return { stale: staleText(result.reason) };
          const going = result.members.filter((member) => !member.stays).map((member) => member.digest);
          return { removable: new Set([item.digest, ...going]) };
        },
      };
    },

    ruleOf(item) {
      const [hit] = itemHits(item, rules);
      return { ruleId: hit?.ruleId ?? null, ruleRevision: hit?.revision ?? null };
    },
  };
}

/** Of what an item may belong to, what other repositories have now: signatures may be kept apart from their image. */
async function subjectsElsewhere(
  registryId: string,
  { repositoryName, digest }: RunItemRecord,
  artifacts: readonly Artifact[],
): Promise<(digest: string) => boolean> {
  const subjects = artifacts.filter((one) => one.digest === digest).flatMap(subjectsOf);
  if (subjects.length === 0) return () => false;
  const elsewhere = await listManifestsOutside(registryId, [repositoryName], subjects);
  return (subject) => elsewhere.has(subject);
}

function isStale(authority: ReturnType<Authority>): authority is { stale: string } {
  return typeof authority === "object" && "stale" in authority;
}

/** Rules are read again each time, so that disabling or editing one stops a run that is under way. */
async function readRules({ scope, run }: RunContext, options: ReclaimOptions): Promise<Authority> {
  const planned = protectionOf(options.rules);
  const [standing, platform] = await Promise.all([listStandingRules(scope, run.spaceId), listPlatformRules()]);
  return (item) => {
    const rules = standing.filter((rule) => ruleSpeaksFor(rule, item.repositoryName));
    if (protectionOf(rules) !== planned) return { stale: changedProtection(options.rules, rules, platform) };
    const stands = item.hits.some(({ ruleId, revision }) =>
      rules.some((rule) => rule.id === ruleId && rule.isEnabled && rule.revision === revision),
    );
    if (!stands) return { stale: staleText({ code: "rule_changed", ruleNames: item.hits.map((hit) => hit.ruleName) }) };
    return new Map(
      rules.map(({ id, revision, isEnabled, definition }) => [
        id,
        { revision, isEnabled, allowLastArtifact: definition.allowLastArtifact },
      ]),
    );
  };
}

/** Which protect rules are not those of the plan. Of one that was deleted nobody says any more whose it was. */
function changedProtection(
  planned: readonly AppliedRule[],
  standing: readonly (AppliedRule & { isEnabled: boolean })[],
  platform: readonly AppliedRule[],
): string {
  const isAmong = (rules: readonly (AppliedRule & { isEnabled?: boolean })[], { id, revision }: AppliedRule) =>
    rules.some((one) => one.id === id && one.revision === revision && one.isEnabled !== false);
  const changed = [
    ...planned.filter((rule) => !isAmong(standing, rule)),
    ...standing.filter((rule) => rule.isEnabled && !isAmong(planned, rule)),
  ].filter((rule) => rule.definition.effect === "protect");
  const whose = ({ id }: AppliedRule) => {
    if (platform.some((rule) => rule.id === id)) return " of the platform";
    return standing.some((rule) => rule.id === id) ? " of the space" : "";
  };
  const names = new Set(changed.map((rule) => `“${rule.name}”${whose(rule)}`));
  return `protect rules changed since the plan (${[...names].join(", ")}): run it again`;
}

/**
 * A part that stays only because another image of the plan has it too goes with whichever of them is the last: items are moved
 * side by side, so that the plan's order does not say which. One with a tag of its own stays for that.
 */
function staysByItself(member: PlanMove["members"][number]): boolean {
  return member.stays && member.tags.some((tag) => subjectOfFallbackTag(tag) === null);
}
