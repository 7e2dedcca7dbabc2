import type { Command } from "commander";
import { createRule, deleteRule, listRules, type RuleDto, updateRule } from "@/contracts/rules";
import type { RuleDefinition } from "@/domain/rules/rule";
import { ruleSentence } from "@/domain/rules/sentence";
import { RULE_TEMPLATES } from "@/domain/rules/templates";
import { confirm } from "../ask";
import { examples, withSession } from "../command";
import { editText } from "../edit-text";
import { CliError, EXIT } from "../exit-code";
import { printDetails, printJson, printLine, printTable } from "../output/print";
import { ago, count, size } from "../output/text";
import { parseJson } from "../read-json-file";
import { addRuleOptions, checkDefinition, hasRuleOptions, type RuleOptions, ruleDefinitionOf } from "../rule-options";
import { pick, type Session } from "../session";
import { addRuleRunCommands } from "./rule-run";

/** `rule list show create edit enable disable delete templates preview run`. */
export function addRuleCommands(program: Command): void {
  const rule = program
    .command("rule")
    .description("Reclaim rules of a space: what goes to the recycle bin, what stays");
  examples(
    rule,
    'reclaim rule create "Old PR builds" --tag "pr-*" --idle 30:pushed --beyond 3:pushed',
    'reclaim rule preview "Old PR builds"',
    'reclaim rule run "Old PR builds" --force',
    'reclaim rule edit "Old PR builds" --cron "0 3 * * *" --time-zone Europe/Berlin',
  );
  addReading(rule);
  addWriting(rule);
  addSwitches(rule);
  addRuleRunCommands(rule);
}

function addReading(rule: Command): void {
  rule
    .command("list")
    .description("Rules of the space, disabled ones too")
    .action(
      withSession(async (session) => {
        const { workspaceId, id: spaceId } = await session.space();
        const answer = await session.call(listRules, { params: { workspaceId, spaceId } });
        if (session.isJson) return printJson(answer);
        const rows = answer.items.map((one) => [
          ...[one.name, one.definition.effect, one.isEnabled ? "yes" : "no", one.scheduleText],
          one.lastRun ? `${one.lastRun.movedCount} moved ${ago(one.lastRun.finishedAt)}` : "never",
        ]);
        printTable(
          ["NAME", "EFFECT", "ENABLED", "SCHEDULE", "LAST RUN"],
          rows,
          "There is no rule yet: reclaim rule create --help",
        );
      }),
    );

  rule
    .command("show")
    .description("One rule, in words and as JSON")
    .argument("<rule>", "name or id")
    .action(
      withSession(async (session, _options, name: string) => show(session, (await findRule(session, name)).rule)),
    );

  rule
    .command("templates")
    .description("Ready-made rules to begin with")
    .action((_options, command: Command) => {
      if (command.optsWithGlobals<{ json?: boolean }>().json) return printJson({ items: RULE_TEMPLATES });
      const rows = RULE_TEMPLATES.map(({ id, purpose }) => [id, purpose]);
      printTable(["TEMPLATE", "WHAT FOR"], rows, "There is none.");
    });
}

function addWriting(rule: Command): void {
  const create = rule.command("create").description("Create a rule").argument("<name>");
  addRuleOptions(create)
    .option("--disabled", "do not enable it yet")
    .action(
      withSession(async (session, options: RuleOptions & { disabled?: boolean }, name: string) => {
        if (!hasRuleOptions(options)) throw new CliError("Say what it takes: reclaim rule create --help", EXIT.usage);
        const definition = await ruleDefinitionOf(options, null);
        const { workspaceId, id: spaceId } = await session.space();
        const body = { name, definition, isEnabled: !options.disabled };
        show(session, await session.call(createRule, { params: { workspaceId, spaceId }, body }));
      }),
    );

  const edit = rule
    .command("edit")
    .description("Change a rule: by options, or in $EDITOR where there are none")
    .argument("<rule>", "name or id");
  addRuleOptions(edit)
    .option("--name <name>", "another name")
    .action(
      withSession(async (session, options: RuleOptions & { name?: string }, wanted: string) => {
        const { rule: before, params } = await findRule(session, wanted);
        const { name } = options;
        const isByOptions = name !== undefined || hasRuleOptions(options);
        const definition = isByOptions ? await ruleDefinitionOf(options, before.definition) : editDefinition(before);
        const body = { revision: before.revision, ...(name === undefined ? {} : { name }), definition };
        show(session, await session.call(updateRule, { params, body }));
      }),
    );

  rule
    .command("delete")
    .description("Delete a rule; what it did stays in the history")
    .argument("<rule>", "name or id")
    .option("--force", "do not ask")
    .action(
      withSession(async (session, options: { force?: boolean }, wanted: string) => {
        const { rule: one, params } = await findRule(session, wanted);
        await confirm(`This deletes the rule "${one.name}". What it moved stays in the recycle bin.`, options);
        const answer = await session.call(deleteRule, { params });
        if (session.isJson) return printJson(answer);
        printLine(`Deleted the rule "${one.name}".`);
      }),
    );
}

function addSwitches(rule: Command): void {
  for (const isEnabled of [true, false]) {
    rule
      .command(isEnabled ? "enable" : "disable")
      .description(isEnabled ? "Enable a rule" : "Disable a rule: it takes part in nothing, and counts to the 15")
      .argument("<rule>", "name or id")
      .action(
        withSession(async (session, _options, wanted: string) => {
          const { rule: one, params } = await findRule(session, wanted);
          const body = { revision: one.revision, isEnabled };
          const after = await session.call(updateRule, { params, body });
          if (session.isJson) return printJson(after);
          printLine(`The rule "${after.name}" is ${isEnabled ? "enabled" : "disabled"}.`);
        }),
      );
  }
}

/** The rule of the space that is meant. @throws CliError where there is none of that name */
async function findRule(session: Session, wanted: string) {
  const { workspaceId, id: spaceId } = await session.space();
  const { items } = await session.call(listRules, { params: { workspaceId, spaceId } });
  const rule = pick(items, { what: "rule", wanted, names: (one) => [one.name, one.id], label: (one) => one.name });
  return { rule, params: { workspaceId, spaceId, ruleId: rule.id } };
}

function editDefinition(before: RuleDto): RuleDefinition {
  const text = editText(`${JSON.stringify(before.definition, null, 2)}\n`, "rule.json");
  const definition = checkDefinition(parseJson(text, "What you wrote"));
  if (JSON.stringify(definition) === JSON.stringify(before.definition)) {
    throw new CliError("Nothing was changed.", EXIT.cancelled);
  }
  return definition;
}

function show(session: Session, rule: RuleDto): void {
  if (session.isJson) {
    printJson(rule);
    return;
  }
  const { lastRun } = rule;
  printDetails([
    ["Rule", rule.name],
    ["Id", rule.id],
    ["Says", rule.sentence || ruleSentence(rule.definition)],
    ["Runs", rule.scheduleText],
    ["Enabled", rule.isEnabled ? "yes" : "no"],
    ["Revision", `${rule.revision}, by ${rule.updatedByName} ${ago(rule.updatedAt)}`],
    ["Next run", rule.nextRunAt],
    [
      "Last run",
      lastRun ? `${lastRun.status}: ${count(lastRun.movedCount, "image")}, ${size(lastRun.movedBytes)}` : null,
    ],
  ]);
  printLine(JSON.stringify(rule.definition, null, 2));
}
