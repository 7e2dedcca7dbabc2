import type { Command } from "commander";
import { operationUrl, ProblemError } from "@/contracts/call";
import type { Operation } from "@/contracts/operation";
import { operationArea } from "@/contracts/operation-area";
import { OPERATIONS } from "@/contracts/operations";
import { problemSchema } from "@/contracts/problem";
import { collect, examples, withSession } from "../command";
import { CliError, EXIT } from "../exit-code";
import { printJson, printTable } from "../output/print";
import { parseJson, readJsonFile } from "../read-json-file";
import type { Session } from "../session";

/** `api list call`: every operation there is, those without a command of their own too. */
export function addApiCommands(program: Command): void {
  const api = program.command("api").description("Call any operation of the API");
  examples(
    api,
    "reclaim api list pins",
    "reclaim api call listPins",
    "reclaim api call updateSpace --body '{\"binRetentionDays\":14}'",
    "reclaim api call listImages --query limit=5 --query state=untagged",
  );

  api
    .command("list")
    .description("Operations, with what they do")
    .argument("[search]", "part of a name or summary")
    .action((search: string | undefined, _options, command: Command) => {
      const wanted = (search ?? "").toLowerCase();
      const found = OPERATIONS.filter(({ id, summary }) => `${id} ${summary}`.toLowerCase().includes(wanted));
      if (command.optsWithGlobals<{ json?: boolean }>().json) {
        return printJson({ items: found.map(({ id, method, path, summary }) => ({ id, method, path, summary })) });
      }
      const rows = found.map(({ id, path, summary }) => [id, operationArea(path), summary]);
      printTable(["OPERATION", "AREA", "WHAT IT DOES"], rows, "No operation fits.");
    });

  api
    .command("call")
    .description("Call one; workspaceId, spaceId and registryId are those that are meant where they are not given")
    .argument("<operation>", "its name, see: reclaim api list")
    .option("--param <name=value>", "of the path; repeat it", collect)
    .option("--query <name=value>", "repeat it", collect)
    .option("--body <json>", "JSON, @file, or - for standard input")
    .action(
      withSession(async (session, options: { param?: string[]; query?: string[]; body?: string }, name: string) => {
        const operation = OPERATIONS.find(({ id }) => id === name);
        if (!operation) throw new CliError(`There is no operation ${name}: reclaim api list`, EXIT.usage);
        await callRaw(session, operation, {
          params: await fillParams(session, operation, pairsOf(options.param ?? [])),
          query: pairsOf(options.query ?? []),
          body: await bodyOf(options.body),
        });
      }),
    );
}

function pairsOf(texts: readonly string[]): Record<string, string> {
  const pairs = texts.map((text) => {
    const at = text.indexOf("=");
    if (at < 1) throw new CliError(`${text}: write name=value.`, EXIT.usage);
    return [text.slice(0, at), text.slice(at + 1)];
  });
  return Object.fromEntries(pairs) as Record<string, string>;
}

async function fillParams(session: Session, { path }: Operation, given: Record<string, string>) {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
  const params: Record<string, string> = {};
  for (const name of names) {
    if (given[name] !== undefined) params[name] = given[name];
    else if (name === "workspaceId") params[name] = (await session.workspace()).id;
    else if (name === "spaceId") params[name] = (await session.space()).id;
    else if (name === "registryId") params[name] = (await session.space()).registryId;
    else throw new CliError(`Say which ${name}: --param ${name}=…`, EXIT.usage);
  }
  return params;
}

async function bodyOf(text: string | undefined): Promise<unknown> {
  if (text === undefined) return {};
  if (text === "-") return readJsonFile("-");
  return text.startsWith("@") ? readJsonFile(text.slice(1)) : parseJson(text, "The body");
}

/** Prints the answer as it comes, files and streams too. @throws ProblemError for every answer that is no success */
async function callRaw(
  session: Session,
  operation: Operation,
  input: { params: Record<string, string>; query: Record<string, string>; body: unknown },
): Promise<void> {
  const takesBody = operation.method !== "GET" && operation.method !== "DELETE";
  const url = operationUrl(operation, { params: input.params, query: input.query });
  const response = await session.request(url, {
    method: operation.method,
    ...(takesBody ? { body: JSON.stringify(input.body), headers: { "content-type": "application/json" } } : {}),
  });
  if (!response.ok) throw new ProblemError(problemSchema.parse(await response.json()));
  if (operation.output === "json") return printJson(await response.json());
  const reader = response.body?.getReader();
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read())
    process.stdout.write(part.value);
}
