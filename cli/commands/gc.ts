import type { Command } from "commander";
import { getActiveGc, getGcStatus, listGcHistory, startGc, undoGc } from "@/contracts/gc";
import { cancelRun, type RunDto } from "@/contracts/history";
import { confirm } from "../ask";
import { examples, wholeNumber, withSession } from "../command";
import { CliError, EXIT } from "../exit-code";
import { gcMode } from "../gc-mode";
import { note, printDetails, printJson, printLine, printTable } from "../output/print";
import { ago, count, size } from "../output/text";
import { moreNote, type PageOptions, takePages } from "../pages";
import { runOutcome, runProgress, runStatus } from "../run-progress";
import { settleRun, startedRun } from "../settle-run";
import { addGcScheduleCommands } from "./gc-schedule";

interface StartOptions {
  includeUntaggedManifests?: boolean;
  untaggedOnly?: boolean;
  mode: string;
  dryRun?: boolean;
  timeBox?: number;
  force?: boolean;
  wait?: boolean;
}

/** `gc status start get-active cancel undo list schedule`. */
export function addGcCommands(program: Command): void {
  const gc = program.command("gc").description("Garbage collection: frees what nothing in a registry needs any more");
  examples(
    gc,
    "reclaim gc status",
    "reclaim gc start --include-untagged-manifests",
    "reclaim gc start --include-untagged-manifests --force --wait",
    "reclaim gc cancel",
    'reclaim gc schedule set --cron "0 3 * * SUN" --time-zone Europe/Berlin --include-untagged-manifests',
  );

  gc.command("status")
    .description("Unused data of the space's registry, and what runs there")
    .argument("[space]", "name, prefix or id")
    .action(
      withSession(async (session, _options, name?: string) => {
        const { workspaceId, id: spaceId } = await session.space(name);
        const one = await session.call(getGcStatus, { params: { workspaceId, spaceId } });
        if (session.isJson) return printJson(one);
        const { unused, lastSavings, activeRun } = one;
        printDetails([
          ["Registry", one.registryName],
          ["Can be collected", one.capability.isAvailable ? "yes" : `no: ${one.capability.reason}`],
          ["Unused", unused ? `${size(unused.bytes)}, measured ${ago(unused.measuredAt)}` : "not measured yet"],
          ["Unreferenced blobs", unused ? `${unused.blobCount}, ${size(unused.blobBytes)}` : null],
          ["Untagged manifests", unused ? `${unused.untaggedManifestCount}, ${size(unused.untaggedBytes)}` : null],
          ["In the recycle bin", `${size(one.binBytes)}, freed only after a purge`],
          [
            "Runs now",
            activeRun
              ? `${activeRun.id}: ${runProgress(activeRun).text}`
              : one.isBusyElsewhere
                ? "elsewhere"
                : "nothing",
          ],
          ["Last one freed", lastSavings ? `${size(lastSavings.freedBytes)} ${ago(lastSavings.finishedAt)}` : null],
        ]);
      }),
    );

  addStart(gc);

  gc.command("get-active")
    .description("The collection that runs now; exit code 4 where none does")
    .argument("[space]", "name, prefix or id")
    .action(
      withSession(async (session, _options, name?: string) => {
        const { workspaceId, registryId } = await session.space(name);
        const one = await session.call(getActiveGc, { params: { workspaceId, registryId } });
        if (session.isJson) printJson(one);
        else printCollections([one]);
      }),
    );

  gc.command("cancel")
    .description("Stop a collection; what it freed stays freed")
    .argument("[run]", "id; the one that runs where it is left out")
    .option("--wait", "wait until it has stopped")
    .action(
      withSession(async (session, options: { wait?: boolean }, wanted?: string) => {
        const workspaceId = wanted ? (await session.workspace()).id : (await session.space()).workspaceId;
        const runId = wanted ?? (await activeId());
        const run = await session.call(cancelRun, { params: { workspaceId, runId } });
        if (!options.wait) {
          if (session.isJson) printJson(run);
          else printLine(`${run.id}: ${runStatus(run.status)}.`);
          return;
        }
        // That it ends as cancelled is what was asked for.
        await settleRun(session, workspaceId, run).catch((error: unknown) => {
          if (!(error instanceof CliError && error.exitCode === EXIT.cancelled)) throw error;
        });

        async function activeId(): Promise<string> {
          const space = await session.space();
          const params = { workspaceId: space.workspaceId, registryId: space.registryId };
          return (await session.call(getActiveGc, { params })).id;
        }
      }),
    );

  gc.command("undo")
    .description("Put back what an online collection took, while it is in quarantine")
    .argument("<run>", "id")
    .action(
      withSession(async (session, _options, runId: string) => {
        const { id: workspaceId } = await session.workspace();
        startedRun(session, await session.call(undoGc, { params: { workspaceId, runId } }));
      }),
    );

  gc.command("list")
    .description("Earlier collections, newest first")
    .argument("[space]", "name, prefix or id")
    .option("--limit <count>", "at most so many", wholeNumber, 20)
    .option("--all", "all of them")
    .action(
      withSession(async (session, options: PageOptions, name?: string) => {
        const { workspaceId, registryId } = await session.space(name);
        const page = await takePages(options, (part) =>
          session.call(listGcHistory, { params: { workspaceId, registryId }, query: { show: "runs", ...part } }),
        );
        const runs = page.items.flatMap((item) => (item.kind === "run" ? [item.run] : []));
        if (session.isJson) return printJson({ ...page, items: runs });
        printCollections(runs);
        const more = moreNote(page);
        if (more) note(more);
      }),
    );

  addGcScheduleCommands(gc);
}

function addStart(gc: Command): void {
  const start = gc
    .command("start")
    .description("Start a collection of the space's registry, and print its id; pulls are served meanwhile")
    .argument("[space]", "name, prefix or id")
    .option("--include-untagged-manifests", "manifests without a tag go too: frees the most")
    .option("--untagged-only", "only untagged manifests go; what they used stays for another collection")
    .option("--mode <mode>", "read-only: pushes are refused; online: they are taken", "read-only")
    .option("--dry-run", "say what would go, and remove nothing")
    .option("--time-box <minutes>", "stop after so many minutes", wholeNumber)
    .option("--force", "do not ask")
    .option("--wait", "wait until it is done")
    .action(
      withSession(async (session, options: StartOptions, name?: string) => {
        const { workspaceId, id: spaceId, registryName } = await session.space(name);
        const mode = gcMode(options.mode);
        const text =
          mode === "read_only"
            ? `The registry ${registryName} is read-only while garbage is collected: pushes are refused, pulls are served.`
            : `Garbage of ${registryName} is collected while pushes go on.`;
        const goes = options.dryRun
          ? "Nothing is removed: it is a dry run."
          : `What nothing needs is removed for good${options.includeUntaggedManifests ? ", manifests without a tag too" : ""}.`;
        // It is said where nobody is asked, too: whoever reads the log wonders why a push was refused.
        if (options.force) note(`Warning: ${text}`);
        await confirm(`${text}\n${goes}`, options);
        const body = {
          deleteUntagged: (options.includeUntaggedManifests || options.untaggedOnly) ?? false,
          sweepBlobs: !options.untaggedOnly,
          isDryRun: options.dryRun ?? false,
          timeBoxMinutes: options.timeBox ?? null,
          mode,
        };
        const run = await session.call(startGc, { params: { workspaceId, spaceId }, body });
        if (!options.wait) return startedRun(session, run);
        if (!session.isJson) printLine(run.id);
        await settleRun(session, workspaceId, run);
      }),
    );
  examples(
    start,
    "reclaim gc start --include-untagged-manifests",
    "reclaim gc start acme --mode online --time-box 60 --force --wait",
  );
}

function printCollections(runs: readonly RunDto[]): void {
  const rows = runs.map((one) => [
    ...[
      one.id,
      runStatus(one.status),
      one.isDryRun ? "dry run" : String(one.options.mode ?? "read_only").replace("_", "-"),
    ],
    ...[runOutcome(one), one.requestedByName, ago(one.createdAt)],
  ]);
  printTable(["ID", "STATUS", "MODE", "OUTCOME", "BY", "WHEN"], rows, `There were ${count(0, "collection")}.`);
}
