import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { WORKER_ALLOCATION, workerFlags } from "@/scripts/services/worker-allocation";
import { builtProgram } from "./built-program";

const SELF = fileURLToPath(import.meta.url);

interface CollectionRequest {
  spaceId: string;
  registryId: string;
  isDryRun: boolean;
  deleteUntagged: boolean;
  /** Nothing is known of any manifest before: as a registry's first collection. */
  forgetReferences: boolean;
}

interface StopRequest extends Omit<CollectionRequest, "forgetReferences"> {
  /** When it is stopped, from its start. */
  afterMs: number;
  /** By its worker that shuts down, or by somebody who cancels it. */
  by: "shutdown" | "cancel";
}

interface StopMeasure {
  /** From the wish until nothing is done any more and the row says so; null where the collection was done before. */
  ms: number | null;
  status: string;
}

export interface CollectionMeasure {
  /** From the request to the stored result. */
  ms: number;
  cpuMs: number;
  /** The highest so far, of the process with Node and all threads. */
  peakRssMb: number;
  status: string;
  phaseMs: Record<string, number>;
  blobs: number;
  manifests: number;
  totals: Record<string, number>;
}

export interface CollectionProcess {
  collect(request: CollectionRequest): Promise<CollectionMeasure>;
  collectAndStop(request: StopRequest): Promise<StopMeasure>;
  stop(): void;
}

/** A process that executes collections as a worker does, one after the other, so that its memory and its start are its own. */
export async function startCollectionProcess(): Promise<CollectionProcess> {
  const child = fork(await builtProgram(import.meta.url), [], {
    // What compiles this program as it is read is not part of an installation's worker.
    execArgv: workerFlags(),
    env: { ...process.env, ...WORKER_ALLOCATION },
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const ask = async <T>(request: CollectionRequest | StopRequest): Promise<T> => {
    child.send(request);
    const [measure] = (await once(child, "message")) as [T | null];
    if (measure === null) throw new Error("the collecting process failed");
    return measure;
  };
  return {
    collect: (request) => ask<CollectionMeasure>(request),
    collectAndStop: (request) => ask<StopMeasure>(request),
    stop: () => child.disconnect(),
  };
}

if (process.argv[1] === SELF) {
  const { executeGc } = await import("@/server/gc/execute-gc");
  const { startGc } = await import("@/server/gc/start-gc");
  const { cancelRun } = await import("@/server/history/cancel-run");
  const { executeRun } = await import("@/server/history/execute-run");
  const { systemScope } = await import("@/server/platform/auth/workspace-scope");
  const { prisma } = await import("@/server/platform/db/prisma");
  const executors = { gc: executeGc, reclaim: executeGc, restore: executeGc, purge: executeGc };

  async function collect(request: CollectionRequest): Promise<CollectionMeasure> {
    const { spaceId, registryId, isDryRun, deleteUntagged } = request;
    const { workspaceId } = await prisma().space.findUniqueOrThrow({ where: { id: spaceId } });
    if (request.forgetReferences)
      await prisma().$executeRaw`DELETE FROM reference_packs WHERE registry_id = ${registryId}`;
    const cpu = process.cpuUsage();
    const startedAt = performance.now();
    const { id } = await startGc(systemScope(workspaceId, { name: "the bench" }), {
      spaceId,
      isDryRun,
      deleteUntagged,
    });
    await executeRun(id, "bench", executors, new AbortController().signal);
    const ms = performance.now() - startedAt;
    const { user, system } = process.cpuUsage(cpu);
    const run = await prisma().run.findUniqueOrThrow({ where: { id }, include: { events: true } });
    const totals = run.totals as Record<string, number>;
    const phases = run.events.flatMap(({ kind, data, at }) =>
      kind === "phase" || kind === "finished" ? [{ phase: (data as { phase?: string }).phase ?? "end", at }] : [],
    );
    return {
      ...{ ms, cpuMs: (user + system) / 1000, peakRssMb: process.resourceUsage().maxRSS / 1024, status: run.status },
      phaseMs: Object.fromEntries(
        phases.map(({ phase, at }, i) => [phase, (phases[i + 1]?.at ?? at).getTime() - at.getTime()]),
      ),
      blobs: totals.candidateBlobs ?? 0,
      manifests: totals.candidateManifests ?? 0,
      totals,
    };
  }

  async function collectAndStop(request: StopRequest): Promise<StopMeasure> {
    const { spaceId, isDryRun, deleteUntagged, afterMs, by } = request;
    const { workspaceId } = await prisma().space.findUniqueOrThrow({ where: { id: spaceId } });
    const scope = systemScope(workspaceId, { name: "the bench" });
    const { id } = await startGc(scope, { spaceId, isDryRun, deleteUntagged });
    const shutdown = new AbortController();
    let wishedAt: number | null = null;
    const timer = setTimeout(() => {
      wishedAt = performance.now();
      if (by === "shutdown") shutdown.abort();
      else void cancelRun(scope, { runId: id });
    }, afterMs);
    await executeRun(id, "bench", executors, shutdown.signal);
    clearTimeout(timer);
    const ms = wishedAt === null ? null : performance.now() - wishedAt;
    const { status } = await prisma().run.findUniqueOrThrow({ where: { id } });
    // What was given back to the queue is nobody's here.
    if (status === "queued")
      await prisma().run.update({ where: { id }, data: { status: "cancelled", finishedAt: new Date() } });
    await prisma().registry.update({ where: { id: request.registryId }, data: { readOnlyRunId: null } });
    return { ms: status === "succeeded" ? null : ms, status };
  }

  await prisma().$queryRaw`SELECT 1`;
  process.on("message", (request: CollectionRequest | StopRequest) => {
    const measuring: Promise<CollectionMeasure | StopMeasure> =
      "afterMs" in request ? collectAndStop(request) : collect(request);
    measuring.then(
      (measure) => process.send?.(measure),
      (error: unknown) => {
        process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
        process.send?.(null);
      },
    );
  });
  process.on("disconnect", () => process.exit(0));
}
