import type { Command } from "commander";
import type { RunDto } from "@/contracts/history";
import { previewReclaim, startReclaim } from "@/contracts/reclaim";
import { listRules } from "@/contracts/rules";
import { listRunItems } from "@/contracts/run-items";
import { confirm } from "../ask";
import { wholeNumber, withSession } from "../command";
import { CliError, EXIT } from "../exit-code";
import { note, printTable } from "../output/print";
import { size, some } from "../output/text";
import { addRuleOptions, hasRuleOptions, type RuleOptions, ruleDefinitionOf } from "../rule-options";
import { pick, type Session } from "../session";
import { settleRun, startedRun } from "../settle-run";

interface PreviewOptions extends RuleOptions {
  all?: boolean;
  wait: boolean;
  show: number;
}

/** `rule preview`, `rule run`. */
export function addRuleRunCommands(rule: Command): void {
  const preview = rule
    .command("preview")
    .description(
      "What rules would take now, with reasons: rules of the space, or one that is said by options; moves nothing",
    )
    .argument("[rules...]", "names or ids");
  addRuleOptions(preview)
    .option("--all", "every enabled reclaim rule of the space")
    .option("--show <count>", "show so many of the images", wholeNumber, 20)
    .option("--no-wait", "do not wait until it is done")
    .action(
      withSession(async (session, options: PreviewOptions, names: string[]) => {
        const { workspaceId, id: spaceId } = await session.space();
        const params = { workspaceId, spaceId };
        const isDraft = hasRuleOptions(options);
        if (isDraft && (names.length > 0 || options.all)) {
          throw new CliError("Preview rules of the space, or one that is said by options.", EXIT.usage);
        }
        const body = isDraft
          ? { draft: { name: "From the command line", definition: await ruleDefinitionOf(options, null) } }
          : await chosenRules(session, params, names, options);
        const run = await session.call(previewReclaim, { params, body });
        if (!options.wait) return startedRun(session, run);
        const done = await settleRun(session, workspaceId, run);
        if (!session.isJson) await showGoing(session, { workspaceId, runId: done.id }, options.show);
      }),
    );

  rule
    .command("run")
    .description("Run rules now: what they take moves to the recycle bin, and can be restored from there")
    .argument("[rules...]", "names or ids")
    .option("--all", "every enabled reclaim rule of the space")
    .option("--force", "do not ask")
    .option("--no-wait", "do not wait until it is done")
    .action(
      withSession(async (session, options: { all?: boolean; force?: boolean; wait: boolean }, names: string[]) => {
        const { workspaceId, id: spaceId, name } = await session.space();
        const params = { workspaceId, spaceId };
        const body = await chosenRules(session, params, names, options);
        const what = "all" in body ? "every enabled rule" : names.join(", ");
        await confirm(
          `This runs ${what} in ${name}: what is taken moves to the recycle bin. Preview it first: reclaim rule preview`,
          options,
        );
        const run: RunDto = await session.call(startReclaim, { params, body });
        if (options.wait) await settleRun(session, workspaceId, run);
        else startedRun(session, run);
      }),
    );
}

async function chosenRules(
  session: Session,
  params: { workspaceId: string; spaceId: string },
  names: readonly string[],
  options: { all?: boolean },
): Promise<{ all: true } | { ruleIds: string[] }> {
  if ((options.all ?? false) === names.length > 0) throw new CliError("Name rules, or say --all.", EXIT.usage);
  if (options.all) return { all: true };
  const { items } = await session.call(listRules, { params });
  const find = (wanted: string) =>
    pick(items, { what: "rule", wanted, names: (one) => [one.name, one.id], label: (one) => one.name });
  return { ruleIds: names.map((wanted) => find(wanted).id) };
}

async function showGoing(session: Session, place: { workspaceId: string; runId: string }, most: number): Promise<void> {
  if (most === 0) return;
  const query = { action: "going", limit: Math.min(500, most) } as const;
  const { items, total } = await session.call(listRunItems, { params: place, query });
  if (items.length === 0) return;
  const rows = items.map((one) => [
    ...[one.action, one.repositoryName, some(one.selectedTags.length > 0 ? one.selectedTags : one.tags)],
    ...[size(one.uniqueBytes), one.reasonText],
  ]);
  printTable(["VERDICT", "REPOSITORY", "TAGS", "#FREES", "WHY"], rows, "");
  if (total > items.length) note(`${items.length} of ${total}: reclaim run items ${place.runId} --all shows more.`);
}
