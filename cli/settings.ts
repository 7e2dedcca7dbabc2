import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { z } from "zod";
import { CliError, EXIT } from "./exit-code";

const hostSchema = z.object({
  token: z.string(),
  /** of a token that was made by signing in here: signing out ends it */
  tokenId: z.string().nullable(),
  account: z.string(),
  /** slug of the workspace that is meant where none is named */
  workspace: z.string().nullable(),
  /** id of the registry space, in that workspace */
  space: z.string().nullable(),
});
export type HostSettings = z.infer<typeof hostSchema>;

const settingsSchema = z.object({ current: z.string().nullable(), hosts: z.record(z.string(), hostSchema) });
export type Settings = z.infer<typeof settingsSchema>;

/** `~/.config/reclaim/config.json`, or where XDG_CONFIG_HOME says. */
export function settingsFile(): string {
  const root = process.env.XDG_CONFIG_HOME || path.join(homedir(), ".config");
  return path.join(root, "reclaim", "config.json");
}

/**
 * What was saved by signing in; empty where nobody has.
 * @throws CliError where the file is not ours
 */
export function readSettings(): Settings {
  const file = settingsFile();
  if (!existsSync(file)) return { current: null, hosts: {} };
  try {
    return settingsSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    throw new CliError(`${file} cannot be read. Remove it and sign in again: reclaim login`, EXIT.usage);
  }
}

/** Writes the file whole or not at all, for nobody else's eyes: it holds tokens. */
export function writeSettings(settings: Settings): void {
  const file = settingsFile();
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const fresh = `${file}.${process.pid}`;
  writeFileSync(fresh, `${JSON.stringify(settings, null, 2)}\n`, { mode: 0o600 });
  // A file that was there already keeps its mode when it is written.
  chmodSync(fresh, 0o600);
  renameSync(fresh, file);
}

/**
 * An address as it is kept: without a path and a slash at its end.
 * @throws CliError where it is none
 */
export function normalizeHost(text: string): string {
  const address = /^https?:\/\//.test(text) ? text : `https://${text}`;
  if (!URL.canParse(address))
    throw new CliError(`${text} is no address: write https://console.example.com`, EXIT.usage);
  return new URL(address).origin;
}
