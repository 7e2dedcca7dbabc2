import { readdirSync, readFileSync } from "node:fs";

const TICKS_PER_SECOND = 100;

/** Processor time of a process in ms, and of its children, living ones and those that it has waited for. */
export function cpuMsOf(pid: number): number {
  let ticks = own(pid, true);
  for (const name of readdirSync("/proc")) {
    const child = Number(name);
    if (Number.isInteger(child) && parentOf(child) === pid) ticks += own(child, false);
  }
  return (ticks * 1000) / TICKS_PER_SECOND;
}

/** Processor time of this process and of the children that it has waited for. */
export const ownCpuMs = () => (own(process.pid, true) * 1000) / TICKS_PER_SECOND;

/** What all processors of this machine did until now, in ticks, and how much of it its host gave to other machines instead. */
export function machineTicks(): { all: number; stolen: number } {
  const [line = ""] = readFileSync("/proc/stat", "utf8").split("\n");
  // user, nice, system, idle, iowait, irq, softirq, steal; what follows is part of the first two.
  const ticks = line.trim().split(/\s+/).slice(1, 9).map(Number);
  return { all: ticks.reduce((sum, each) => sum + each, 0), stolen: ticks[7] ?? 0 };
}

/** The fields of `/proc/<pid>/stat` from the state on: a name may hold spaces. Null when the process has ended. */
function fieldsOf(pid: number): string[] | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return null;
  }
}

const parentOf = (pid: number) => Number(fieldsOf(pid)?.[1]);

function own(pid: number, withEnded: boolean): number {
  const fields = fieldsOf(pid);
  if (fields === null) return 0;
  const numbers = [11, 12, ...(withEnded ? [13, 14] : [])].map((at) => Number(fields[at] ?? 0));
  return numbers.reduce((sum, ticks) => sum + ticks, 0);
}
