import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { hashOfInputs } from "@/scripts/setup/build";
import { lockInstance } from "@/scripts/setup/instance";
import { openSecrets, openState } from "@/scripts/setup/state";
import { formatDuration } from "@/scripts/setup/terminal";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "reclaim-setup-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("openState and openSecrets", () => {
  it("keeps the secrets of the first start, readable by us alone", () => {
    const folders = openState(path.join(folder, "state"));
    const secrets = openSecrets(folders);
    expect(openSecrets(openState(path.join(folder, "state")))).toEqual(secrets);
    expect(Buffer.from(secrets.encryptionKey, "base64")).toHaveLength(32);
    expect(Object.keys(secrets).length).toBeGreaterThanOrEqual(7);
    expect(new Set(Object.values(secrets)).size).toBe(Object.keys(secrets).length);
    expect(statSync(folders.root).mode & 0o777).toBe(0o700);
    expect(statSync(folders.secrets).mode & 0o777).toBe(0o700);
    expect(statSync(path.join(folders.secrets, "encryption-key")).mode & 0o777).toBe(0o600);
  });

  it("prefers the user's own secrets", () => {
    const secrets = openSecrets(openState(path.join(folder, "state")), { RECLAIM_EVENTS_SECRET: "given" });
    expect(secrets.events).toBe("given");
  });
});

describe("lockInstance", () => {
  it("says where the other instance runs, and lets the next one in when it is released", () => {
    const lock = lockInstance(folder, "http://127.0.0.1:7400");
    expect(lock.afterCrash).toBe(false);
    expect(() => lockInstance(folder, "http://127.0.0.1:1")).toThrow("at http://127.0.0.1:7400");
    lock.release();
    expect(lockInstance(folder, "http://127.0.0.1:1").afterCrash).toBe(false);
  });

  it.each([
    ["a process that is gone", { pid: 2 ** 22 + 1, processStart: "1", url: "x" }],
    ["another process with our number", { pid: process.pid, processStart: "1", url: "x" }],
  ])("takes over from %s", (_name, stale) => {
    writeFileSync(path.join(folder, "instance.json"), JSON.stringify(stale));
    expect(lockInstance(folder, "http://127.0.0.1:1").afterCrash).toBe(true);
  });

  it("takes over from a file that was cut short", () => {
    writeFileSync(path.join(folder, "instance.json"), '{"pid":');
    expect(lockInstance(folder, "http://127.0.0.1:1").afterCrash).toBe(true);
  });
});

describe("hashOfInputs", () => {
  it("changes with content, names and new files, but not with tests", () => {
    mkdirSync(path.join(folder, "app/deep"), { recursive: true });
    const write = (name: string, text: string) => writeFileSync(path.join(folder, name), text);
    const hash = () => hashOfInputs(folder, ["app", "missing"]);
    write("app/deep/a.ts", "1");
    const first = hash();
    expect(hash()).toBe(first);
    write("app/deep/a.test.ts", "test");
    expect(hash()).toBe(first);
    write("app/deep/a.ts", "2");
    const second = hash();
    expect(second).not.toBe(first);
    write("app/b.ts", "");
    expect(hash()).not.toBe(second);
  });
});

describe("formatDuration", () => {
  it("is as exact as somebody who waits wants it", () => {
    expect([40, 1_240, 12_400, 125_000].map(formatDuration)).toEqual(["0.0 s", "1.2 s", "12 s", "2 min 5 s"]);
  });
});
