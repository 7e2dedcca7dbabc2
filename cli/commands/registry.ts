import type { Command } from "commander";
import { checkRegistry, getRegistry, listRegistries, type RegistryDto } from "@/contracts/registries";
import { examples, withSession } from "../command";
import { printDetails, printJson, printTable } from "../output/print";
import { ago, count } from "../output/text";
import { pick, type Session } from "../session";

/** `registry list show check`. */
export function addRegistryCommands(program: Command): void {
  const registry = program.command("registry").description("Registries that the workspace may use, and how they are");
  examples(registry, "reclaim registry list", "reclaim registry show", 'reclaim registry check "Embedded registry"');

  registry
    .command("list")
    .description("Registries of the platform and of the workspace")
    .action(
      withSession(async (session) => {
        const { id: workspaceId } = await session.workspace();
        const answer = await session.call(listRegistries, { params: { workspaceId } });
        if (session.isJson) return printJson(answer);
        const rows = answer.items.map((one) => [
          ...[one.name, one.url, one.owner, one.health.state, String(one.spaceCount), one.readOnly ? "yes" : "no"],
          one.id,
        ]);
        const headings = ["NAME", "ADDRESS", "OWNER", "STATE", "#SPACES", "READ-ONLY", "ID"];
        printTable(headings, rows, "There is no registry yet.");
      }),
    );

  registry
    .command("show")
    .description("One registry, with its settings, how it is and what it can do")
    .argument("[registry]", "name or id; may be left out where there is one")
    .action(
      withSession(async (session, _options, name?: string) => {
        show(session, await session.call(getRegistry, { params: await meant(session, name) }));
      }),
    );

  registry
    .command("check")
    .description("Ask a registry now whether it is well")
    .argument("[registry]", "name or id; may be left out where there is one")
    .action(
      withSession(async (session, _options, name?: string) => {
        show(session, await session.call(checkRegistry, { params: await meant(session, name) }));
      }),
    );
}

async function meant(session: Session, name: string | undefined) {
  const { id: workspaceId } = await session.workspace();
  const { items } = await session.call(listRegistries, { params: { workspaceId } });
  const { id: registryId } = pick(items, {
    ...{ what: "registry", plural: "registries", wanted: name, names: (one: RegistryDto) => [one.name, one.id] },
    ...{ label: (one: RegistryDto) => one.name, how: "by its name or id" },
  });
  return { workspaceId, registryId };
}

function show(session: Session, one: RegistryDto): void {
  if (session.isJson) {
    printJson(one);
    return;
  }
  const { recycle, garbageCollection, untaggedManifests } = one.capabilities;
  const can = ({ isAvailable, reason }: RegistryDto["capabilities"]["recycle"]) =>
    isAvailable ? "yes" : `no${reason ? `: ${reason}` : ""}`;
  printDetails([
    ["Registry", one.name],
    ["Id", one.id],
    ["Address", one.url],
    ["Signs in by", { console: "tokens of this console", basic: "name and password", none: "nothing" }[one.auth]],
    ["User name", one.username],
    ["Owner", one.owner === "platform" ? "the platform" : "this workspace"],
    ["State", one.health.reason ? `${one.health.state}: ${one.health.reason}` : one.health.state],
    ["Asked", one.health.checkedAt ? ago(one.health.checkedAt) : null],
    ["Read-only", one.readOnly ? `yes, for a garbage collection that began ${ago(one.readOnly.since)}` : "no"],
    ["Recycle bin", can(recycle)],
    ["Garbage collection", can(garbageCollection)],
    ["Sees untagged", can(untaggedManifests)],
    ["Storage", one.storageRoot ?? (one.storageS3 ? `bucket ${one.storageS3.bucket}` : null)],
    ["Spaces here", count(one.spaceCount, "space")],
    ["Read", one.lastCrawledAt ? ago(one.lastCrawledAt) : null],
  ]);
}
