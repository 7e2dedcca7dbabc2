import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { CommanderError } from "commander";
import { expect, test } from "vitest";
import { ProblemError } from "@/contracts/call";
import type { RunDto } from "@/contracts/history";
import { byteCount } from "./command";
import { completionScript, completionsOf } from "./commands/completion";
import { CliError, EXIT, exitCodeOf } from "./exit-code";
import { plain, some } from "./output/text";
import { takePages } from "./pages";
import { createProgram } from "./program";
import { bar } from "./progress-bar";
import { runOutcome, runProgress } from "./run-progress";
import { pick } from "./session";

const program = createProgram();
const namesOf = (...words: string[]) => completionsOf(program, words).map(({ name }) => name);

test("D-26 D-30 D-31 D-32 every area has its commands", () => {
  expect(namesOf("rule", "")).toEqual(
    expect.arrayContaining(["list", "create", "edit", "enable", "disable", "delete", "preview", "run"]),
  );
  expect(namesOf("gc", "")).toEqual(expect.arrayContaining(["start", "get-active", "cancel", "list", "schedule"]));
  expect(namesOf("bin", "")).toEqual(expect.arrayContaining(["list", "restore", "purge"]));
  for (const area of ["login", "workspace", "registry", "space", "image", "run", "token", "completion"]) {
    expect(namesOf("")).toContain(area);
  }
  expect(namesOf(""), "what only shells call is not shown").not.toContain("__complete");
  expect(namesOf("gc", "start", "--inc")).toEqual(["--include-untagged-manifests"]);
});

test("N-18 every command says what it does, and its help has examples where it has parts", () => {
  const walk = (command: typeof program): (typeof program)[] => [command, ...command.commands.flatMap(walk)];
  for (const command of walk(program)) {
    expect(command.description() || command.name().startsWith("__"), command.name()).toBeTruthy();
    for (const option of command.options) expect(option.description, `${command.name()} ${option.flags}`).toBeTruthy();
  }
});

test("N-18 the package is of the same version as the console", () => {
  const read = (file: string) => JSON.parse(readFileSync(path.resolve(import.meta.dirname, file), "utf8"));
  const { version, engines } = read("../package.json");
  expect(read("package.json")).toMatchObject({ version, engines });
});

test.each([
  [new CliError("x", EXIT.conflict), 5],
  [new CommanderError(1, "commander.unknownOption", "x"), 2],
  [new CommanderError(0, "commander.helpDisplayed", "x"), 0],
  [problem(400), 2],
  [problem(401), 3],
  [problem(403), 3],
  [problem(404), 4],
  [problem(409), 5],
  [problem(412), 5],
  [problem(422), 1],
  [problem(503), 1],
  [problem(0), 1],
  [new Error("x"), 1],
])("N-18 the exit code of %s is %d", (error, code) => {
  expect(exitCodeOf(error)).toBe(code);
});

function problem(status: number): ProblemError {
  return new ProblemError({ type: "about:blank", code: "x", title: String(status), status, detail: "", requestId: "" });
}

test("N-18 one of several is meant by any of its names, or by being the only one", () => {
  const all = [
    { id: "1", name: "a" },
    { id: "2", name: "b" },
    { id: "3", name: "b" },
  ];
  const by = (wanted?: string) => ({
    ...{ what: "space", wanted, names: ({ id, name }: { id: string; name: string }) => [id, name] },
    label: ({ name }: { name: string }) => name,
  });
  expect(pick(all, by("a")).id).toBe("1");
  expect(pick(all, by("3")).id).toBe("3");
  expect(pick(all.slice(0, 1), by()).id).toBe("1");
  const thrown = (run: () => unknown): unknown => {
    try {
      return run();
    } catch (error) {
      return error;
    }
  };
  expect(exitCodeOf(thrown(() => pick(all, by("b")))), "two of them").toBe(EXIT.usage);
  expect(exitCodeOf(thrown(() => pick(all, by("c"))))).toBe(EXIT.notFound);
  expect(exitCodeOf(thrown(() => pick(all, by())))).toBe(EXIT.usage);
  expect(exitCodeOf(thrown(() => pick([], by())))).toBe(EXIT.notFound);
});

test("N-18 pages are taken until there is enough", async () => {
  const all = Array.from({ length: 1234 }, (_, at) => at);
  const asked: number[] = [];
  const read = async ({ cursor, limit }: { cursor?: string; limit: number }) => {
    asked.push(limit);
    const from = Number(cursor ?? 0);
    const items = all.slice(from, from + limit);
    return { items, total: all.length, nextCursor: from + limit < all.length ? String(from + limit) : null };
  };
  expect((await takePages({ limit: 50 }, read)).items).toEqual(all.slice(0, 50));
  expect((await takePages({ limit: 50, all: true }, read)).items).toEqual(all);
  expect((await takePages({ limit: 700 }, read)).items).toEqual(all.slice(0, 700));
  expect(asked).toEqual([50, 500, 500, 500, 500, 200]);
});

test.each([
  ["500MiB", 500 * 1024 ** 2],
  ["2GB", 2e9],
  ["1.5 kib", 1536],
  ["1024", 1024],
  ["12B", 12],
])("N-18 %s is %d bytes", (text, bytes) => {
  expect(byteCount(text)).toBe(bytes);
});

test("N-18 what is no size is refused", () => {
  expect(() => byteCount("much")).toThrow();
});

test("N-18 nothing that a registry names can act on a terminal", () => {
  expect(plain("a\u001b[2Jb\u0007\u202ec\r\n")).toBe("a�[2Jb��c��");
  expect(some(["a", "b", "c"], 2)).toBe("a, b +1");
});

test("N-18 progress is a share where it is known, and honest where a run was stopped", () => {
  expect(bar(null)).toMatch(/^\[░{24}\]/);
  expect(bar(0.5)).toBe(`[${"█".repeat(12)}${"░".repeat(12)}]  50%`);
  const run = { kind: "reclaim", phase: "moving", isDryRun: false, options: {}, totals: {} };
  const moving = {
    ...run,
    status: "running",
    progress: { itemsTotal: 4, itemsDone: 1, itemsFailed: 1 },
  } as unknown as RunDto;
  expect(runProgress(moving)).toEqual({ share: 0.5, text: "moving, 2 of 4 images" });
  const stopped = { ...moving, status: "cancelled", totals: { itemsDone: 1, itemsSkipped: 2 } } as unknown as RunDto;
  expect(runOutcome(stopped)).toBe(
    "1 image moved to the recycle bin, 2 images left alone because they changed, 1 image failed",
  );
});

test("N-07 what is only put aside is not said to be deleted, and what came back not to be freed", () => {
  const run = { kind: "gc", isDryRun: false, status: "succeeded", options: {}, progress: {} };
  const online = (totals: object) => runOutcome({ ...run, totals } as unknown as RunDto);
  const aside = { deletedBlobs: 0, freedBytes: 0, quarantinedBlobs: 3, quarantinedBytes: 1024 };
  expect(online({ ...aside, undoUntil: "2026-11-22T03:00:00.000Z" })).toBe(
    "3 blobs put aside, 1.00 KiB: freed when they are deleted for good",
  );
  expect(online({ ...aside, returnedBlobs: 3 })).toBe("3 blobs put back, 0 B freed");
  expect(online({ ...aside, deletedBlobs: 3, freedBytes: 1024 })).toBe("3 blobs deleted, 1.00 KiB freed");
});

test("N-18 which of several registries is meant is said by its name; there is nothing to choose one for good", () => {
  const all = [
    { id: "1", name: "a" },
    { id: "2", name: "a" },
  ];
  const by = (wanted?: string) => () =>
    pick(all, {
      ...{ what: "registry", plural: "registries", how: "by its name or id", wanted },
      names: ({ id, name }) => [id, name],
      label: ({ name }) => name,
    });
  expect(by("2")()).toBe(all[1]);
  expect(by()).toThrow("Say which registry by its name or id: a, a.");
  expect(by("a")).toThrow("Several registries are called a: use the id.");
});

/** Quotes and brackets of a shell script that are left open, or closed without having been opened; comments are left out. */
function unbalanced(script: string): string[] {
  const open: string[] = [];
  const opens: Record<string, string> = { ")": "(", "}": "{", "]": "[" };
  for (const [token] of script.replace(/(^|\s)#.*$/gm, "$1").matchAll(/\\.|[^\\]/gs)) {
    const last = open.at(-1);
    const isQuoted = last === "'" || last === '"';
    if (isQuoted && token === last) open.pop();
    else if (last === "'") continue;
    else if (token === '"' || (token === "'" && !isQuoted)) open.push(token);
    else if (["(", "{", "["].includes(token)) open.push(token);
    else if (opens[token] !== undefined && open.pop() !== opens[token]) return [...open, token];
  }
  return open;
}

test.each(["bash", "zsh", "fish"] as const)("N-18 the completion of %s is one that this shell can read", (shell) => {
  const script = completionScript(shell);
  // Text in single quotes is a script of its own in fish.
  const wrong = (text: string) => [...unbalanced(text), ...unbalanced(text.replaceAll("'", ""))];
  expect(wrong(script)).toEqual([]);
  const closing = [...script].flatMap((char, at) => (")}\"'".includes(char) ? [at] : []));
  for (const at of closing)
    expect(wrong(script.slice(0, at) + script.slice(at + 1)), `without what is at ${at}`).not.toEqual([]);
  expect(script).toContain("reclaim __complete -- ");
  // Its own parser has the last word, on machines that have the shell.
  const parsed = spawnSync(shell, ["-n"], { input: script, encoding: "utf8" });
  if (parsed.error) expect(shell, "every machine that tests has bash").not.toBe("bash");
  else expect({ status: parsed.status, said: parsed.stderr }).toEqual({ status: 0, said: "" });
});
