import type { Command } from "commander";
import {
  BIN_ENTRY_FILTER_STATES,
  BIN_SORTS,
  type BinFilterDto,
  checkRestore,
  getBinEntry,
  listBinEntries,
  type RestoreCheckDto,
  startPurge,
  startRestore,
  summarizeBin,
  TAG_CHOICES,
} from "@/contracts/recycle-bin";
import { confirm, confirmTyped } from "../ask";
import { byteCount, examples, wholeNumber, withSession } from "../command";
import { CliError, EXIT } from "../exit-code";
import { note, printDetails, printJson, printTable } from "../output/print";
import { ago, count, size, some } from "../output/text";
import { moreNote, type PageOptions, takePages } from "../pages";
import { settleRun, startedRun } from "../settle-run";

interface FilterOptions {
  repository?: string;
  search?: string;
  state?: BinFilterDto["state"];
  run?: string;
  olderThan?: number;
  daysLeft?: number;
  minSize?: number;
}

function addFilter(command: Command): Command {
  return command
    .option("--repository <name>", "the repository, whole name")
    .option("--search <text>", "part of a repository's or tag's name, or the start of a digest")
    .option("--state <state>", BIN_ENTRY_FILTER_STATES.join(", "))
    .option("--run <id>", "what one run took")
    .option("--older-than <days>", "in the bin for more than so many days", wholeNumber)
    .option("--days-left <days>", "purged within so many days", wholeNumber)
    .option("--min-size <size>", "at least so large, for instance 500MiB", byteCount);
}

function filterOf(options: FilterOptions): Partial<BinFilterDto> {
  const all: Partial<BinFilterDto> = {
    repository: options.repository,
    search: options.search,
    state: options.state,
    runId: options.run,
    olderThanDays: options.olderThan,
    daysLeft: options.daysLeft,
    minBytes: options.minSize,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** `bin list show restore purge`. */
export function addBinCommands(program: Command): void {
  const bin = program.command("bin").description("The recycle bin of a space: what was reclaimed, until it is purged");
  examples(
    bin,
    "reclaim bin list --repository acme/api",
    "reclaim bin restore --run run_01k… --force",
    "reclaim bin purge --older-than 30 --force",
  );

  addFilter(bin.command("list").description("Entries of the recycle bin, latest first"))
    .option("--sort <order>", BIN_SORTS.join(", "), "recycled")
    .option("--limit <count>", "at most so many", wholeNumber, 50)
    .option("--all", "all of them")
    .action(
      withSession(async (session, options: FilterOptions & PageOptions & { sort: "recycled" }) => {
        const { workspaceId, id: spaceId } = await session.space();
        const filter = { ...filterOf(options), sort: options.sort };
        const page = await takePages(options, (part) =>
          session.call(listBinEntries, { params: { workspaceId, spaceId }, query: { ...filter, ...part } }),
        );
        if (session.isJson) return printJson(page);
        const rows = page.items.map((one) => [
          ...[
            one.id,
            one.repositoryName,
            some(one.tags),
            size(one.uniqueBytes),
            ago(one.recycledAt),
            ago(one.purgeAfter),
          ],
          one.problem ? `${one.problem.action} failed` : one.missing.length > 0 ? "damaged" : one.reasonText,
        ]);
        printTable(
          ["ID", "REPOSITORY", "TAGS", "#FREES", "RECYCLED", "PURGED", "WHY"],
          rows,
          "The recycle bin has nothing of that.",
        );
        const more = moreNote(page);
        if (more) note(more);
      }),
    );

  bin
    .command("show")
    .description("One entry, with every manifest that it holds")
    .argument("<entry>", "id")
    .action(
      withSession(async (session, _options, entryId: string) => {
        const { workspaceId, id: spaceId } = await session.space();
        const one = await session.call(getBinEntry, { params: { workspaceId, spaceId, entryId } });
        if (session.isJson) return printJson(one);
        printDetails([
          ["Entry", one.id],
          ["Repository", one.repositoryName],
          ["Tags", some(one.tags, 20)],
          ["Digest", one.digest],
          ["State", one.state],
          ["Size", `${size(one.logicalBytes)}; purging it frees ${size(one.uniqueBytes)}`],
          ["Holds", count(one.manifests.length, "manifest")],
          ["Why", one.reasonText],
          ["Recycled", `${ago(one.recycledAt)} by ${one.actorName}`],
          ["Purged", ago(one.purgeAfter)],
          ["Problem", one.problem?.text ?? null],
          ["Missing", one.missing.length > 0 ? some(one.missing.map(({ digest }) => digest)) : null],
        ]);
      }),
    );

  addRestore(bin);
  addPurge(bin);
}

/** Entries by id, or by a filter, or all. @throws CliError where none or two of these are given */
function selectionOf(ids: readonly string[], options: FilterOptions & { all?: boolean }) {
  const filter = filterOf(options);
  const isFilter = Object.keys(filter).length > 0 || (options.all ?? false);
  if (isFilter === ids.length > 0)
    throw new CliError("Name entries, choose them with a filter, or say --all.", EXIT.usage);
  return isFilter ? { filter } : { entryIds: [...ids] };
}

interface RestoreOptions extends FilterOptions {
  all?: boolean;
  to?: string;
  onConflict: (typeof TAG_CHOICES)[number];
  force?: boolean;
  wait: boolean;
}

function addRestore(bin: Command): void {
  const restore = bin
    .command("restore")
    .description("Put entries back with all their tags")
    .argument("[entries...]", "ids");
  addFilter(restore)
    .option("--all", "everything in it")
    .option("--to <repository>", "another repository of the space")
    .option(
      "--on-conflict <choice>",
      `where a tag names another image by now: ${TAG_CHOICES.join(", ")}`,
      "keep_current",
    )
    .option("--force", "do not ask")
    .option("--no-wait", "do not wait until it is done")
    .action(
      withSession(async (session, options: RestoreOptions, ids: string[]) => {
        const { workspaceId, id: spaceId } = await session.space();
        const params = { workspaceId, spaceId };
        const body = { ...selectionOf(ids, options), ...(options.to ? { targetRepository: options.to } : {}) };
        const check = await session.call(checkRestore, { params, body });
        if (check.entryCount === 0) throw new CliError("No entry fits: nothing was done.", EXIT.notFound);
        await confirm(restoreText(check, options), options);
        const run = await session.call(startRestore, { params, body: { ...body, onTagConflict: options.onConflict } });
        if (options.wait) await settleRun(session, workspaceId, run);
        else startedRun(session, run);
      }),
    );
}

function restoreText(check: RestoreCheckDto, options: RestoreOptions): string {
  const lines = [`This restores ${count(check.entryCount, "image")} with ${count(check.tagCount, "tag")}.`];
  if (check.conflicts.length > 0) {
    const tags = check.conflicts.map(({ repositoryName, tag }) => `${repositoryName}:${tag}`);
    const more = check.isConflictsCapped ? " and more" : "";
    lines.push(`Tags that name another image by now (${options.onConflict}): ${some(tags, 5)}${more}`);
  }
  if (check.damagedIds.length > 0)
    lines.push(`${count(check.damagedIds.length, "entry", "entries")} cannot be restored: parts are missing.`);
  if (check.tagQuota.isExceeded) lines.push(`The tag quota of ${check.tagQuota.quota} is exceeded then.`);
  return lines.join("\n");
}

function addPurge(bin: Command): void {
  const purge = bin
    .command("purge")
    .description("Remove entries for good: nothing can be restored")
    .argument("[entries...]", "ids");
  addFilter(purge)
    .option("--all", "everything in it")
    .option("--force", "do not ask")
    .option("--no-wait", "do not wait until it is done")
    .action(
      withSession(
        async (session, options: FilterOptions & { all?: boolean; force?: boolean; wait: boolean }, ids: string[]) => {
          const { workspaceId, id: spaceId, name } = await session.space();
          const selection = selectionOf(ids, options);
          let text = `This purges ${count(ids.length, "entry", "entries")} of ${name} for good.`;
          if ("filter" in selection) {
            const query = { ...selection.filter, spaceId };
            const found = await session.call(summarizeBin, { params: { workspaceId }, query });
            if (found.entryCount === 0) throw new CliError("No entry fits: nothing was done.", EXIT.notFound);
            const frees =
              found.freedBytes === null ? "" : `, which frees ${size(found.freedBytes)} once garbage is collected`;
            text = `This purges ${count(found.entryCount, "entry", "entries")} of ${name} for good${frees}.`;
          }
          await confirmTyped(text, name, options);
          const body = { ...selection, typedName: name };
          const run = await session.call(startPurge, { params: { workspaceId, spaceId }, body });
          if (options.wait) await settleRun(session, workspaceId, run);
          else startedRun(session, run);
        },
      ),
    );
}
