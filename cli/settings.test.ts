import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { normalizeHost, readSettings, settingsFile, writeSettings } from "./settings";

let folder: string;
const before = process.env.XDG_CONFIG_HOME;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "reclaim-settings-"));
  process.env.XDG_CONFIG_HOME = folder;
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
  if (before === undefined) Reflect.deleteProperty(process.env, "XDG_CONFIG_HOME");
  else process.env.XDG_CONFIG_HOME = before;
});

const SAVED = {
  current: "https://c.example",
  hosts: {
    "https://c.example": { token: "rcl_pat_x", tokenId: null, account: "ada", workspace: null, space: null },
  },
};

test("K-11 what is saved is read again, and for nobody else: also where the file was open to others before", () => {
  expect(readSettings()).toEqual({ current: null, hosts: {} });
  writeSettings(SAVED);
  chmodSync(settingsFile(), 0o644);
  writeSettings(SAVED);
  expect(readSettings()).toEqual(SAVED);
  expect(statSync(settingsFile()).mode & 0o777).toBe(0o600);
  expect(readdirSync(path.dirname(settingsFile()))).toEqual(["config.json"]);
});

test("N-18 a file that is not ours is told of, not overwritten", () => {
  writeSettings(SAVED);
  writeFileSync(settingsFile(), "{");
  expect(() => readSettings()).toThrow(/config\.json cannot be read/);
});

test.each([
  ["https://c.example/", "https://c.example"],
  ["http://127.0.0.1:7800", "http://127.0.0.1:7800"],
  ["c.example", "https://c.example"],
  ["https://c.example/w/acme", "https://c.example"],
])("N-18 %s is kept as %s", (text, host) => {
  expect(normalizeHost(text)).toBe(host);
});

test("N-18 what is no address is refused", () => {
  expect(() => normalizeHost("http://")).toThrow(/no address/);
});
