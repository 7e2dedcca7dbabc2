import type { Command } from "commander";
import type { Pattern } from "@/domain/rules/pattern";
import { CLOCKS, ORDERS } from "@/domain/rules/predicate";
import {
  EFFECTS,
  type RuleDefinition,
  ruleDefinitionSchema,
  ruleProblems,
  SELECTED_KINDS,
  TAG_STATES,
} from "@/domain/rules/rule";
import { RULE_TEMPLATES } from "@/domain/rules/templates";
import { byteCount, collect, wholeNumber } from "./command";
import { CliError, EXIT } from "./exit-code";
import { readJsonFile } from "./read-json-file";

export interface RuleOptions {
  file?: string;
  template?: string;
  effect?: string;
  repository?: string[];
  tag?: string[];
  state?: string;
  kind?: string;
  idle?: string[];
  within?: string[];
  beyond?: string[];
  among?: string[];
  untagged?: boolean;
  manual?: boolean;
  cron?: string;
  timeZone?: string;
  onQuota?: number;
  maxItems?: number;
  maxSize?: number;
  maxPercent?: number;
  allowLast?: boolean;
}

/** The options that say what a rule does. */
export function addRuleOptions(command: Command): Command {
  return command
    .option("--file <file>", "the definition as JSON, - for standard input; see: reclaim rule show <rule> --json")
    .option("--template <name>", `begin with: ${RULE_TEMPLATES.map(({ id }) => id).join(", ")}`)
    .option("--effect <effect>", EFFECTS.join(" or "))
    .option("--repository <pattern>", "a glob, or regex:…; with ! in front what is left out; repeat it", collect)
    .option("--tag <pattern>", "a glob, regex:… or semver:…; with ! in front what is left out; repeat it", collect)
    .option("--state <state>", TAG_STATES.join(", "))
    .option("--kind <kind>", SELECTED_KINDS.join(", "))
    .option("--idle <days:clock>", `more than so many days ago, clock: ${CLOCKS.join(", ")}`, collect)
    .option("--within <days:clock>", "at most so many days ago", collect)
    .option("--beyond <count:order>", `not among the first so many, order: ${ORDERS.join(", ")}`, collect)
    .option("--among <count:order>", "among the first so many", collect)
    .option("--untagged", "no tag of its own, and nothing that holds it")
    .option("--manual", "runs by hand only")
    .option("--cron <fields>", "runs by itself: 5 or 6 cron fields, with --time-zone")
    .option("--time-zone <zone>", "for instance Europe/Berlin")
    .option("--on-quota <percent>", "runs once so much of the tag quota is used", wholeNumber)
    .option("--max-items <count>", "a run takes at most so many images", wholeNumber)
    .option("--max-size <size>", "a run takes at most so much, for instance 50GiB", byteCount)
    .option("--max-percent <percent>", "a run takes at most so much of a repository", wholeNumber)
    .option("--allow-last", "the last image of a repository may go")
    .option("--no-allow-last", "the last image of a repository stays");
}

const NAMES = [
  ...([
    "file",
    "template",
    "effect",
    "repository",
    "tag",
    "state",
    "kind",
    "idle",
    "within",
    "beyond",
    "among",
  ] as const),
  ...(["untagged", "manual", "cron", "onQuota", "maxItems", "maxSize", "maxPercent", "allowLast"] as const),
] satisfies (keyof RuleOptions)[];

/** Whether any of them was given. */
export function hasRuleOptions(options: RuleOptions): boolean {
  return NAMES.some((name) => options[name] !== undefined);
}

/** What a new rule is where an option says nothing; what it takes has to be said. */
const NEW = {
  effect: "reclaim",
  select: {
    repositories: { include: [], exclude: [] },
    tags: { include: [], exclude: [] },
    state: "tagged",
    kinds: "image",
  },
  when: [],
  schedule: { kind: "manual" },
  limits: {},
  allowLastArtifact: false,
};

/**
 * The definition that options make of what was there before (null = a new rule).
 * @throws CliError with each thing that is wrong with it
 */
export async function ruleDefinitionOf(options: RuleOptions, before: RuleDefinition | null): Promise<RuleDefinition> {
  const base = await baseOf(options, before);
  const select = {
    ...base.select,
    ...(options.repository ? { repositories: selectorOf(options.repository) } : {}),
    ...(options.tag ? { tags: selectorOf(options.tag) } : {}),
    ...(options.state ? { state: options.state } : {}),
    ...(options.kind ? { kinds: options.kind } : {}),
  };
  const when = conditionsOf(options);
  const limits = {
    ...(base.limits as object),
    ...(options.maxItems === undefined ? {} : { maxItems: options.maxItems }),
    ...(options.maxSize === undefined ? {} : { maxBytes: options.maxSize }),
    ...(options.maxPercent === undefined ? {} : { maxPercentOfRepository: options.maxPercent }),
  };
  return checkDefinition({
    ...base,
    ...(options.effect ? { effect: options.effect } : {}),
    select,
    ...(when.length > 0 ? { when } : {}),
    schedule: scheduleOf(options) ?? base.schedule,
    limits,
    ...(options.allowLast === undefined ? {} : { allowLastArtifact: options.allowLast }),
  });
}

/** @throws CliError with each thing that is wrong with it */
export function checkDefinition(value: unknown): RuleDefinition {
  const parsed = ruleDefinitionSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = ruleProblems(parsed.error).map(({ path, message }) => `  ${path ? `${path}: ` : ""}${message}`);
  throw new CliError(`This is no valid rule:\n${problems.join("\n")}`, EXIT.usage);
}

type Base = { [Key in keyof typeof NEW]: unknown } & { select: object };

async function baseOf(options: RuleOptions, before: RuleDefinition | null): Promise<Base> {
  if (options.file && options.template) throw new CliError("Begin with a file or with a template.", EXIT.usage);
  if (options.file) {
    const read = (await readJsonFile(options.file)) as Partial<Base> & { definition?: Base };
    // What `rule show --json` printed is as good as the definition in it.
    return (read.definition ?? read) as Base;
  }
  if (options.template) {
    const template = RULE_TEMPLATES.find(({ id }) => id === options.template);
    if (!template) throw new CliError(`There is no template ${options.template}.`, EXIT.usage);
    return template.definition;
  }
  return before ?? NEW;
}

function selectorOf(texts: readonly string[]): { include: Pattern[]; exclude: Pattern[] } {
  const read = (text: string): Pattern => {
    const [, kind, value] = /^(regex|semver|glob):(.*)$/s.exec(text) ?? [];
    return { kind: (kind ?? "glob") as Pattern["kind"], value: value ?? text };
  };
  return {
    include: texts.filter((text) => !text.startsWith("!")).map(read),
    exclude: texts.filter((text) => text.startsWith("!")).map((text) => read(text.slice(1))),
  };
}

function conditionsOf(options: RuleOptions): unknown[] {
  const [idle, within] = [options.idle ?? [], options.within ?? []];
  const [beyond, among] = [options.beyond ?? [], options.among ?? []];
  return [
    ...idle.map((text) => ({ kind: "idle", ...read(text, "idle", "days", "clock") })),
    ...within.map((text) => ({ kind: "within", ...read(text, "within", "days", "clock") })),
    ...beyond.map((text) => ({ kind: "beyond", ...read(text, "beyond", "n", "order") })),
    ...among.map((text) => ({ kind: "among", ...read(text, "among", "n", "order") })),
    ...(options.untagged ? [{ kind: "untagged" }] : []),
  ];
}

function read(text: string, option: string, number: string, word: string): Record<string, unknown> {
  const [, digits, name] = /^(\d+):(\w+)$/.exec(text) ?? [];
  const example = word === "clock" ? "30:pushed" : "10:pushed";
  if (!digits)
    throw new CliError(`--${option} ${text}: write a number and a ${word}, for instance ${example}.`, EXIT.usage);
  return { [number]: Number(digits), [word]: name };
}

function scheduleOf(options: RuleOptions): unknown {
  const given = [options.manual, options.cron, options.onQuota].filter((one) => one !== undefined);
  if (given.length > 1) throw new CliError("Choose one of --manual, --cron and --on-quota.", EXIT.usage);
  if (options.manual) return { kind: "manual" };
  if (options.onQuota !== undefined) return { kind: "onQuota", percent: options.onQuota };
  return options.cron === undefined ? null : { kind: "cron", expression: options.cron, timeZone: options.timeZone };
}
