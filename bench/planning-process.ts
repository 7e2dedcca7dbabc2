import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { WORKER_ALLOCATION, workerFlags } from "@/scripts/services/worker-allocation";
import { builtProgram } from "./built-program";

const SELF = fileURLToPath(import.meta.url);

export interface PlanningMeasure {
  /** From the start of planning to its last verdict stored. */
  ms: number;
  /** What this process computed meanwhile; the database's work is beside it. */
  cpuMs: number;
  /** Of the process that planned, Node included. */
  peakRssMb: number;
  /** Before planning, with everything loaded. */
  idleRssMb: number;
  items: number;
  kept: number;
}

/** Plans a preview of a space with 15 rules in a process of its own, so that its memory is its own; measured is the median of the last half of `rounds`. */
export async function measurePlanning(spaceId: string, rounds = 1): Promise<PlanningMeasure> {
  const child = spawn(
    process.execPath,
    [...workerFlags(), await builtProgram(import.meta.url), spaceId, String(rounds)],
    {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, ...WORKER_ALLOCATION },
    },
  );
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString("utf8");
  });
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`planning ended with ${code}`);
  return JSON.parse(output) as PlanningMeasure;
}

if (process.argv[1] === SELF) {
  const { createRunContext } = await import("@/server/history/run-context");
  const { claimRun, finishRun } = await import("@/server/history/run.store");
  const { systemScope } = await import("@/server/platform/auth/workspace-scope");
  const { prisma } = await import("@/server/platform/db/prisma");
  const { newId } = await import("@/server/platform/new-id");
  const { planRun } = await import("@/server/reclaim/plan-run");
  const { fifteenRules } = await import("./planning-rules");
  const [spaceId = "", rounds = "1"] = process.argv.slice(2);
  const space = await prisma().space.findUniqueOrThrow({ where: { id: spaceId } });
  const measures: PlanningMeasure[] = [];
  for (let round = 0; round < Number(rounds); round++) {
    const id = newId("run");
    const { workspaceId, registryId } = space;
    await prisma().run.create({
      data: {
        ...{ id, workspaceId, spaceId, registryId, kind: "reclaim", isDryRun: true, trigger: "manual" },
        ...{ requestedByName: "the bench", frozenNow: new Date() },
        options: { ruleIds: [], rules: fifteenRules().map((rule) => ({ ...rule })) },
      },
    });
    const run = await claimRun(id, "bench", 30);
    if (run === null) throw new Error("the run was not claimed");
    const context = createRunContext(
      run,
      systemScope(workspaceId, { name: "the bench" }),
      new AbortController().signal,
    );
    const idleRssMb = process.memoryUsage.rss() / 2 ** 20;
    const cpu = process.cpuUsage();
    const startedAt = performance.now();
    const numbers = await planRun(context);
    const ms = performance.now() - startedAt;
    const { user, system } = process.cpuUsage(cpu);
    const stored = await prisma().runItem.count({ where: { runId: id } });
    if (stored !== (numbers.itemsTotal ?? 0) + (numbers.itemsKept ?? 0)) throw new Error(`${stored} items are stored`);
    measures.push({
      ...{ ms, cpuMs: (user + system) / 1000, idleRssMb, peakRssMb: process.resourceUsage().maxRSS / 1024 },
      ...{ items: numbers.itemsTotal ?? 0, kept: numbers.itemsKept ?? 0 },
    });
    await finishRun(run.id, run.epoch, { status: "succeeded", error: null });
  }
  const warm = measures.slice(Math.floor(measures.length / 2)).sort((a, b) => a.ms - b.ms);
  process.stdout.write(JSON.stringify(warm[Math.floor(warm.length / 2)]), () => process.exit(0));
}
