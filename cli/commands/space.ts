import { setTimeout as wait } from "node:timers/promises";
import type { Command } from "commander";
import { type CrawlDto, getCrawl } from "@/contracts/crawls";
import { listRegistries } from "@/contracts/registries";
import { createSpace, listSpaces, removeSpace, type SpaceDto, syncSpace, updateSpace } from "@/contracts/spaces";
import { confirmTyped } from "../ask";
import { examples, wholeNumber, withSession } from "../command";
import { CliError, EXIT } from "../exit-code";
import { printDetails, printJson, printLine, printTable } from "../output/print";
import { ago, count, size } from "../output/text";
import { pick, type Session } from "../session";
import { readSettings, writeSettings } from "../settings";

/** `space list show use create set sync remove`. */
export function addSpaceCommands(program: Command): void {
  const space = program.command("space").description("Registry spaces: repository prefixes of a registry");
  examples(space, "reclaim space list", "reclaim space use acme", "reclaim space create acme-web --prefix acme/web");

  space
    .command("list")
    .description("Spaces of the workspace, and those of others that it may read")
    .action(
      withSession(async (session) => {
        const { id: workspaceId } = await session.workspace();
        const answer = await session.call(listSpaces, { params: { workspaceId } });
        if (session.isJson) return printJson(answer);
        const rows = answer.items.map((one) => [
          ...[one.name, one.prefix, one.registryName, String(one.imageCount), String(one.tagCount)],
          ...[size(one.storedBytes), String(one.binEntryCount), one.access],
        ]);
        const headings = ["NAME", "PREFIX", "REGISTRY", "#IMAGES", "#TAGS", "#STORED", "#IN BIN", "ACCESS"];
        printTable(headings, rows, "There is no space yet: reclaim space create <name> --prefix <prefix>");
      }),
    );

  space
    .command("show")
    .description("One space, with its settings")
    .argument("[space]", "name, prefix or id")
    .action(
      withSession(async (session, _options, name?: string) => {
        const { workspaceId: _workspaceId, ...one } = await session.space(name);
        show(session, one);
      }),
    );

  space
    .command("use")
    .description("Choose the space that is meant where none is named")
    .argument("<space>", "name, prefix or id")
    .action(
      withSession(async (session, _options, name: string) => {
        const settings = readSettings();
        const saved = settings.hosts[session.host];
        if (!saved) throw new CliError("Nothing was saved by signing in: set RECLAIM_SPACE instead.", EXIT.usage);
        const { slug } = await session.workspace();
        const one = await session.space(name);
        const chosen = { ...saved, workspace: slug, space: one.id };
        writeSettings({ ...settings, hosts: { ...settings.hosts, [session.host]: chosen } });
        printLine(`Space: ${one.name}, in workspace ${slug}`);
      }),
    );

  space
    .command("create")
    .description("Create a space: a repository prefix of a registry, owned by the workspace")
    .argument("<name>")
    .requiredOption("--prefix <prefix>", "repositories that begin with it belong to the space")
    .option("--registry <registry>", "name or id; may be left out where there is one")
    .action(
      withSession(async (session, options: { prefix: string; registry?: string }, name: string) => {
        const { id: workspaceId } = await session.workspace();
        const { items } = await session.call(listRegistries, { params: { workspaceId } });
        const registry = pick(items, {
          ...{ what: "registry", plural: "registries", how: "with --registry", wanted: options.registry },
          ...{ names: (one) => [one.name, one.id], label: (one) => one.name },
        });
        const body = { name, prefix: options.prefix, registryId: registry.id };
        show(session, await session.call(createSpace, { params: { workspaceId }, body }));
      }),
    );

  space
    .command("set")
    .description("Change a space's name or settings")
    .argument("[space]", "name, prefix or id")
    .option("--name <name>", "another name")
    .option("--bin-retention-days <days>", "how long its recycle bin keeps entries, those in it too", wholeNumber)
    .option(
      "--confirm-share-percent <percent>",
      "a run that would take more of it waits for a confirmation",
      wholeNumber,
    )
    .action(
      withSession(async (session, options: SpaceChanges, name?: string) => {
        const { workspaceId, id: spaceId } = await session.space(name);
        const { name: newName, binRetentionDays, confirmSharePercent } = options;
        const body = { name: newName, binRetentionDays, confirmSharePercent };
        show(session, await session.call(updateSpace, { params: { workspaceId, spaceId }, body }));
      }),
    );

  space
    .command("sync")
    .description("Read the space again from its registry, and wait until it was read")
    .argument("[space]", "name, prefix or id")
    .action(
      withSession(async (session, _options, name?: string) => {
        const { workspaceId, id: spaceId } = await session.space(name);
        const started = await session.call(syncSpace, { params: { workspaceId, spaceId } });
        const crawl = await untilRead(session, { workspaceId, spaceId, crawl: started });
        if (session.isJson) printJson(crawl);
        else printLine(`Read ${count(crawl.repositoriesDone, "repository", "repositories")}: ${crawl.status}.`);
        if (crawl.status !== "succeeded") throw new CliError(crawl.error ?? `The reading ${crawl.status}.`);
      }),
    );

  space
    .command("remove")
    .description("Remove a space from the console; its images stay in the registry")
    .argument("<space>", "name, prefix or id")
    .option("--force", "do not ask")
    .action(
      withSession(async (session, options: { force?: boolean }, name: string) => {
        const { workspaceId, id: spaceId, name: typedName } = await session.space(name);
        await confirmTyped(
          `This removes the space ${typedName} with its rules; its images stay where they are.`,
          typedName,
          options,
        );
        const answer = await session.call(removeSpace, { params: { workspaceId, spaceId }, query: { typedName } });
        if (session.isJson) return printJson(answer);
        printLine(`Removed ${typedName}.`);
      }),
    );
}

interface SpaceChanges {
  name?: string;
  binRetentionDays?: number;
  confirmSharePercent?: number;
}

const POLL_MS = 300;

async function untilRead(
  session: Session,
  from: { workspaceId: string; spaceId: string; crawl: CrawlDto },
): Promise<CrawlDto> {
  const { workspaceId, spaceId } = from;
  let { crawl } = from;
  while (crawl.status === "queued" || crawl.status === "running") {
    await wait(POLL_MS);
    crawl = await session.call(getCrawl, { params: { workspaceId, spaceId, crawlId: crawl.id } });
  }
  return crawl;
}

function show(session: Session, space: SpaceDto): void {
  if (session.isJson) {
    printJson(space);
    return;
  }
  printDetails([
    ["Space", space.name],
    ["Id", space.id],
    ["Prefix", space.prefix],
    ["Registry", `${space.registryName} (${space.registryUrl})`],
    ["Owner", space.ownerName ?? "this workspace"],
    [
      "Images",
      `${space.imageCount} in ${count(space.repositoryCount, "repository", "repositories")}, ${space.tagCount} tags`,
    ],
    ["Stored", `${space.isStoredAbout ? "about " : ""}${size(space.storedBytes)}`],
    ["Rules", String(space.ruleCount)],
    [
      "Recycle bin",
      `${count(space.binEntryCount, "entry", "entries")}, kept for ${count(space.binRetentionDays, "day")}`,
    ],
    ["Asks above", `${space.confirmSharePercent} % of its images`],
    ["Created", ago(space.createdAt)],
  ]);
}
