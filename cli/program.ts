import { Command } from "commander";
import { addApiCommands } from "./commands/api";
import { addBinCommands } from "./commands/bin";
import { addCompletionCommands } from "./commands/completion";
import { addGcCommands } from "./commands/gc";
import { addImageCommands } from "./commands/image";
import { addLoginCommands } from "./commands/login";
import { addRegistryCommands } from "./commands/registry";
import { addRuleCommands } from "./commands/rule";
import { addRunCommands } from "./commands/run";
import { addSpaceCommands } from "./commands/space";
import { addTokenCommands } from "./commands/token";
import { addWorkspaceCommands } from "./commands/workspace";
import manifest from "./package.json";

const AFTER = `
Environment:
  RECLAIM_HOST, RECLAIM_TOKEN        instead of what signing in saved
  RECLAIM_WORKSPACE, RECLAIM_SPACE   instead of --workspace and --space
  NO_COLOR                           no colours

Exit codes: 0 ok, 1 failed, 2 usage, 3 not signed in or not allowed, 4 not found, 5 conflict, 130 cancelled

Examples:
  $ reclaim login --host https://reclaim.example.com
  $ reclaim rule preview --all
  $ reclaim rule run --all --force
  $ reclaim gc start --include-untagged-manifests`;

/** The command with all that it can do; whoever parses with it gets a CommanderError where the line is wrong. */
export function createProgram(): Command {
  const program = new Command("reclaim")
    .description("Frees space in container registries without losing an image that somebody still needs")
    .version(manifest.version)
    .option("--json", "answers as JSON, for scripts")
    .option("--host <address>", "the console")
    .option("-w, --workspace <workspace>", "slug, name or id")
    .option("-s, --space <space>", "registry space: name, prefix or id")
    .showHelpAfterError("Try --help.")
    .addHelpText("after", AFTER)
    .exitOverride();
  addLoginCommands(program);
  addWorkspaceCommands(program);
  addRegistryCommands(program);
  addSpaceCommands(program);
  addImageCommands(program);
  addRuleCommands(program);
  addRunCommands(program);
  addBinCommands(program);
  addGcCommands(program);
  addTokenCommands(program);
  addApiCommands(program);
  addCompletionCommands(program);
  return program;
}
