import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const SELF = fileURLToPath(import.meta.url);

export interface CollectionRequest {
  spaceId: string;
  registryId: string;
  isDryRun: boolean;
  deleteUntagged: boolean;
  /** Nothing is known of any manifest before: as a registry's first collection. */
  forgetReferences: boolean;
}

export interface CollectionMeasure {
  /** From the request to the stored result. */
  ms: number;
  cpuMs: number;
  /** The highest so far, of the process with Node, the TypeScript loader and all threads. */
  peakRssMb: number;
  status: string;
  phaseMs: Record<string, number>;
  blobs: number;
  manifests: number;
  totals: Record<string, number>;
}

export interface CollectionProcess {
  collect(request: CollectionRequest): Promise<CollectionMeasure>;
  stop(): void;
}

/** A process that executes collections as a worker does, one after the other, so that its memory and its start are its own. */
export function startCollectionProcess(): CollectionProcess {
  const child = fork(SELF, [], { execArgv: ["--import", "tsx"], stdio: ["ignore", "inherit", "inherit", "ipc"] });
  return {
    async collect(request) {
      child.send(request);
      const [measure] = (await once(child, "message")) as [CollectionMeasure | null];
      if (measure === null) throw new Error("the collecting process failed");
      return measure;
    },
    stop: () => child.disconnect(),
  };
}

if (process.argv[1] === SELF) {
  const { executeGc } = await import("@/server/gc/execute-gc");
  const { startGc } = await import("@/server/gc/start-gc");
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

  await prisma().$queryRaw`SELECT 1`;
  process.on("message", (request: CollectionRequest) => {
    collect(request).then(
      (measure) => process.send?.(measure),
      (error: unknown) => {
        process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
        process.send?.(null);
      },
    );
  });
  process.on("disconnect", () => process.exit(0));
}
