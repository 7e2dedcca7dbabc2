import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { UserError } from "@/scripts/setup/terminal";

interface Instance {
  pid: number;
  /** Tells two processes with the same id apart; null where the system does not say. */
  processStart: string | null;
  url: string;
}

export interface InstanceLock {
  /** True when the instance before this one did not end by itself: its services may still be on their way out. */
  readonly afterCrash: boolean;
  release(): void;
}

/**
 * Makes this process the only one that runs the checkout.
 * @throws UserError with one line that says where the other one runs.
 */
export function lockInstance(stateRoot: string, url: string): InstanceLock {
  const file = path.join(stateRoot, "instance.json");
  const mine: Instance = { pid: process.pid, processStart: processStart(process.pid), url };
  const fresh = `${file}.${process.pid}`;
  writeFileSync(fresh, JSON.stringify(mine), { mode: 0o600 });
  let afterCrash = false;
  try {
    for (;;) {
      try {
        linkSync(fresh, file);
        break;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      }
      const other = readInstance(file);
      if (other && isAlive(other)) {
        throw new UserError(`Reclaim already runs from this folder, at ${other.url} (process ${other.pid}).`);
      }
      afterCrash = true;
      rmSync(file, { force: true });
    }
  } finally {
    rmSync(fresh, { force: true });
  }
  return {
    afterCrash,
    release: () => {
      if (readInstance(file)?.pid === process.pid) rmSync(file, { force: true });
    },
  };
}

function readInstance(file: string): Instance | null {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Instance;
  } catch {
    return null;
  }
}

function isAlive(instance: Instance): boolean {
  try {
    process.kill(instance.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  return instance.processStart === null || instance.processStart === processStart(instance.pid);
}

/** The kernel's start time of a process (Linux), so that a recycled process id is not taken for us. */
function processStart(pid: number): string | null {
  const file = `/proc/${pid}/stat`;
  if (!existsSync(file)) return null;
  const stat = readFileSync(file, "utf8");
  // The second field is the name in parentheses and may hold blanks; the 22nd field is the start time.
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
}
