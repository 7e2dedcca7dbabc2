import type { Command } from "commander";
import { getMe } from "@/contracts/access";
import { getWorkspace } from "@/contracts/workspaces";
import { examples, withSession } from "../command";
import { CliError, EXIT } from "../exit-code";
import { printDetails, printJson, printLine, printTable } from "../output/print";
import { size } from "../output/text";
import { pick } from "../session";
import { readSettings, writeSettings } from "../settings";

/** `workspace list show use`. */
export function addWorkspaceCommands(program: Command): void {
  const workspace = program.command("workspace").description("Workspaces that you are a member of");
  examples(workspace, "reclaim workspace list", "reclaim workspace use acme", "reclaim workspace show --json");

  workspace
    .command("list")
    .description("Your workspaces, and what you are in them")
    .action(
      withSession(async (session) => {
        const { workspaces } = await session.call(getMe, {});
        if (session.isJson) return printJson({ items: workspaces });
        const rows = workspaces.map(({ slug, name, role }) => [slug, name, role]);
        printTable(["SLUG", "NAME", "ROLE"], rows, "You are a member of no workspace.");
      }),
    );

  workspace
    .command("show")
    .description("A workspace in numbers")
    .action(
      withSession(async (session) => {
        const { id } = await session.workspace();
        const one = await session.call(getWorkspace, { params: { workspaceId: id } });
        if (session.isJson) return printJson(one);
        printDetails([
          ["Workspace", `${one.name} (${one.slug})`],
          ["Your role", one.role],
          ["Spaces", String(one.spaceCount)],
          ["Images", `${one.imageCount}, with ${one.tagCount} tags`],
          ["Stored", `${one.isStoredAbout ? "about " : ""}${size(one.storedBytes)}`],
          ["Recycle bin", `${one.binEntryCount} entries, ${size(one.binBytes)}`],
          ["Freed so far", size(one.freedBytes)],
        ]);
      }),
    );

  workspace
    .command("use")
    .description("Choose the workspace that is meant where none is named")
    .argument("<workspace>", "slug, name or id")
    .action(
      withSession(async (session, _options, wanted: string) => {
        const settings = readSettings();
        const saved = settings.hosts[session.host];
        if (!saved) throw new CliError("Nothing was saved by signing in: set RECLAIM_WORKSPACE instead.", EXIT.usage);
        const { workspaces } = await session.call(getMe, {});
        const { slug } = pick(workspaces, {
          ...{ what: "workspace", wanted, names: (one) => [one.slug, one.id, one.name], label: (one) => one.slug },
        });
        const space = saved.workspace === slug ? saved.space : null;
        writeSettings({
          ...settings,
          hosts: { ...settings.hosts, [session.host]: { ...saved, workspace: slug, space } },
        });
        printLine(`Workspace: ${slug}`);
      }),
    );
}
