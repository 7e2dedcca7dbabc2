import type { Command } from "commander";
import { cancelRun, getRun, listRunEvents, listRuns } from "@/contracts/history";
import { confirmRun } from "@/contracts/reclaim";
import { listRunItems, RUN_ITEM_ACTIONS } from "@/contracts/run-items";
import { RUN_KINDS, RUN_STATUSES, type RunKind, type RunStatus } from "@/domain/history/run-status";
import { examples, wholeNumber, withSession } from "../command";
import { note, printDetails, printJson, printLine, printTable } from "../output/print";
import { ago, plain, shortDigest, size, some } from "../output/text";
import { moreNote, type PageOptions, takePages } from "../pages";
import { runName, runOutcome, runStatus } from "../run-progress";
import { settleRun, startedRun } from "../settle-run";

/** `run list show watch cancel confirm items log`. */
export function addRunCommands(program: Command): void {
  const run = program.command("run").description("Previews, reclaims, restores, purges and collections");
  examples(
    run,
    "reclaim run list --kind reclaim",
    "reclaim run watch run_01k…",
    "reclaim run items run_01k… --action going --all --json",
  );

  run
    .command("list")
    .description("Runs of the space, newest first")
    .option("--kind <kind>", RUN_KINDS.join(", "))
    .option("--status <status>", RUN_STATUSES.join(", "))
    .option("--dry", "previews and dry runs only")
    .option("--limit <count>", "at most so many", wholeNumber, 20)
    .option("--all", "all of them")
    .action(
      withSession(async (session, options: PageOptions & { kind?: RunKind; status?: RunStatus; dry?: boolean }) => {
        const { workspaceId, id: spaceId } = await session.space();
        const { kind, status } = options;
        const filter = { kind, status, ...(options.dry ? { isDryRun: "true" as const } : {}) };
        const page = await takePages(options, (part) =>
          session.call(listRuns, { params: { workspaceId, spaceId }, query: { ...filter, ...part } }),
        );
        if (session.isJson) return printJson(page);
        const rows = page.items.map((one) => [
          ...[one.id, runName(one), runStatus(one.status), runOutcome(one)],
          ...[one.requestedByName, ago(one.createdAt)],
        ]);
        printTable(["ID", "WHAT", "STATUS", "OUTCOME", "BY", "WHEN"], rows, "There is no run yet.");
        const more = moreNote(page);
        if (more) note(more);
      }),
    );

  run
    .command("show")
    .description("One run")
    .argument("<run>", "id")
    .action(
      withSession(async (session, _options, runId: string) => {
        const { id: workspaceId } = await session.workspace();
        const one = await session.call(getRun, { params: { workspaceId, runId } });
        if (session.isJson) return printJson(one);
        printDetails([
          ["Run", one.id],
          ["What", runName(one)],
          ["Status", runStatus(one.status)],
          ["Outcome", runOutcome(one)],
          ["Error", one.error?.message ?? null],
          ["Asked for by", `${one.requestedByName} ${ago(one.createdAt)}`],
          ["Started", one.startedAt],
          ["Finished", one.finishedAt],
        ]);
      }),
    );

  run
    .command("watch")
    .description("Follow a run to its end; its outcome is the exit code")
    .argument("<run>", "id")
    .action(
      withSession(async (session, _options, runId: string) => {
        const { id: workspaceId } = await session.workspace();
        await settleRun(session, workspaceId, await session.call(getRun, { params: { workspaceId, runId } }));
      }),
    );

  run
    .command("cancel")
    .description("Stop a run; what it did so far stays and is counted")
    .argument("<run>", "id")
    .action(
      withSession(async (session, _options, runId: string) => {
        const { id: workspaceId } = await session.workspace();
        const one = await session.call(cancelRun, { params: { workspaceId, runId } });
        if (session.isJson) return printJson(one);
        printLine(`${one.id} ${runName(one)}: ${runStatus(one.status)}.`);
      }),
    );

  run
    .command("confirm")
    .description("Let a run go on that waits because it would take much of its space")
    .argument("<run>", "id")
    .option("--no-wait", "do not wait until it is done")
    .action(
      withSession(async (session, options: { wait: boolean }, runId: string) => {
        const { id: workspaceId } = await session.workspace();
        const one = await session.call(confirmRun, { params: { workspaceId, runId } });
        if (options.wait) await settleRun(session, workspaceId, one);
        else startedRun(session, one);
      }),
    );

  addRunDetails(run);
}

function addRunDetails(run: Command): void {
  run
    .command("items")
    .description("The images of a run, each with verdict and reason")
    .argument("<run>", "id")
    .option("--action <action>", [...RUN_ITEM_ACTIONS, "going"].join(", "))
    .option("--search <text>", "part of a repository's or tag's name, or the start of a digest")
    .option("--limit <count>", "at most so many", wholeNumber, 50)
    .option("--all", "all of them")
    .action(
      withSession(async (session, options: PageOptions & { action?: "going"; search?: string }, runId: string) => {
        const { id: workspaceId } = await session.workspace();
        const { action, search } = options;
        const page = await takePages(options, (part) =>
          session.call(listRunItems, { params: { workspaceId, runId }, query: { action, search, ...part } }),
        );
        if (session.isJson) return printJson(page);
        const rows = page.items.map((one) => [
          ...[
            one.action,
            one.state,
            one.repositoryName,
            some(one.tags),
            shortDigest(one.digest),
            size(one.uniqueBytes),
          ],
          one.error ?? one.reasonText,
        ]);
        printTable(["VERDICT", "STATE", "REPOSITORY", "TAGS", "DIGEST", "#FREES", "WHY"], rows, "No image fits.");
        const more = moreNote(page);
        if (more) note(more);
      }),
    );

  run
    .command("log")
    .description("What a run wrote down, line by line")
    .argument("<run>", "id")
    .action(
      withSession(async (session, _options, runId: string) => {
        const { id: workspaceId } = await session.workspace();
        const items = [];
        for (let after = 0; ; ) {
          const page = await session.call(listRunEvents, {
            params: { workspaceId, runId },
            query: { after, limit: 1000 },
          });
          items.push(...page.items);
          after = page.items.at(-1)?.sequence ?? after;
          if (page.items.length < 1000) break;
        }
        if (session.isJson) return printJson({ items });
        for (const { at, kind, data } of items) {
          const said = Object.entries(data).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
          printLine(plain(`${at} ${kind} ${said.join(" ")}`.trimEnd()));
        }
      }),
    );
}
