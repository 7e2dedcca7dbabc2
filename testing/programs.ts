import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import { inject } from "vitest";

type Program = "run-and-kill" | "execute-gc" | "execute-crawl" | "help-gc" | "plan-in-threads";

/** Starts one, with this process's environment. They are built once for all tests: compiling them anew takes longer than most of the tests. */
export function startProgram(program: Program, args: string[]): ChildProcess {
  return spawn(process.execPath, [path.join(inject("programs"), `${program}.mjs`), ...args], {
    cwd: path.resolve(import.meta.dirname, ".."),
    stdio: ["ignore", "inherit", "inherit"],
    env: process.env,
  });
}
