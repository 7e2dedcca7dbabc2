import { readFile } from "node:fs/promises";
import { readStandardInput } from "./ask";
import { CliError, EXIT } from "./exit-code";

/** What is written in a file, or on standard input where it is called `-`. @throws CliError where it is no JSON */
export async function readJsonFile(file: string): Promise<unknown> {
  const text = file === "-" ? await readStandardInput() : await readText(file);
  return parseJson(text, file === "-" ? "Standard input" : file);
}

/** @throws CliError where it is no JSON, saying whose */
export function parseJson(text: string, whose: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CliError(`${whose} is no JSON: ${(error as Error).message}`, EXIT.usage);
  }
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch {
    throw new CliError(`${file} cannot be read.`, EXIT.usage);
  }
}
