import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { executeGc } from "@/server/gc/execute-gc";
import { startGc } from "@/server/gc/start-gc";
import { executeRun } from "@/server/history/execute-run";
import { ensureRegistryCa } from "@/server/platform/crypto/registry-ca";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { env, resetEnvForTests } from "@/server/platform/env";
import { newId } from "@/server/platform/new-id";
import { closeQueues, listOtherWorkers } from "@/server/platform/queue/enqueue";
import { bucketRow } from "@/server/registries/bucket-access";
import { closeRegistries } from "@/server/registries/open-registry";
import { startTestS3Server, type TestS3Server } from "@/testing/s3-server";
import { uploadTree } from "@/testing/s3-tree";
import { generateStorage } from "@/testing/storage/generate-storage";
import { createTestTenant } from "@/testing/tenant";
import { builtProgram } from "./built-program";
import { startBenchServices } from "./services";
import { count, duration, printTable } from "./table";

/** What an object store somewhere else takes to answer. */
const ANSWER_MS = 150;
const SETTINGS = {
  ...{ RECLAIM_TOKEN_LEEWAY_SECONDS: "0", RECLAIM_UPLOAD_IDLE_SECONDS: "0", RECLAIM_GRACE_HOURS: "0" },
  // Small trees for a small machine: what is shared is the same share of them as of large ones.
  ...{ RECLAIM_HEARTBEAT_STALE_SECONDS: "30", RECLAIM_GC_SHARD_MIN: "100", RECLAIM_GC_SHARD_SIZE: "200" },
};
const HELPERS = [0, 1];
const executors = { gc: executeGc, reclaim: executeGc, restore: executeGc, purge: executeGc };
const say = (text: string) => process.stderr.write(`${text}\n`);

/** A whole first collection of a bucket that answers late, by one process and with others that help. All on this machine's processors. */
export async function run(): Promise<void> {
  const services = await startBenchServices();
  const server = await startTestS3Server();
  const late = spawn(process.execPath, [await builtBeside("late-bucket.ts"), server.endpoint, String(ANSWER_MS)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const [address] = (await once(late.stdout, "data")) as [Buffer];
  const endpoint = address.toString().trim();
  Object.assign(process.env, SETTINGS);
  resetEnvForTests();
  await ensureRegistryCa(env().RECLAIM_CA_DIR);
  try {
    const rows: string[][] = [];
    for (const helpers of HELPERS) rows.push(await collectWith(helpers, { folder: services.folder, server, endpoint }));
    printTable(
      `First collection of a bucket that answers after ${ANSWER_MS} ms`,
      ["processes", "manifests read", "things removed", "marking", "sweeping", "whole", "parts done by helpers"],
      rows,
    );
  } finally {
    closeRegistries();
    await closeQueues();
    await disconnectPrisma();
    late.stdin.end();
    await server.stop();
    await services.stop();
  }
}

type World = { folder: string; server: TestS3Server; endpoint: string };

async function collectWith(helpers: number, { folder, server, endpoint }: World): Promise<string[]> {
  say(`${helpers + 1} processes …`);
  const root = path.join(folder, `tree-${helpers}`);
  generateStorage(root, { repositories: 14, tagsPerRepository: 60, seed: 11, sparseLayers: false });
  const location = await server.createBucket({ root: "registry" });
  await uploadTree(root, server, location);
  const tenant = await createTestTenant({ name: `t${helpers}`, auth: "console" });
  const bucket = { location: { ...location, endpoint }, secretAccessKey: server.secretAccessKey };
  await prisma().registry.update({ where: { id: tenant.registryId }, data: bucketRow(bucket) });
  for (let team = 0; team < 7; team++) {
    const { workspaceId, registryId } = tenant;
    const prefix = `team-${team}`;
    await prisma().space.create({ data: { id: newId("spc"), workspaceId, registryId, name: prefix, prefix } });
  }
  const children = await startHelpers(helpers);
  const startedAt = performance.now();
  const { id } = await startGc(tenant.scope, { spaceId: tenant.spaceId, deleteUntagged: true });
  await executeRun(id, "bench", executors, new AbortController().signal);
  const ms = performance.now() - startedAt;
  for (const child of children) {
    const exited = once(child, "exit");
    child.kill("SIGTERM");
    await exited;
  }
  const run = await prisma().run.findUniqueOrThrow({ where: { id }, include: { events: true } });
  if (run.status !== "succeeded") throw new Error(`the collection ${run.status}: ${JSON.stringify(run.error)}`);
  const phases = run.events.flatMap(({ kind, data, at }) =>
    kind === "phase" || kind === "finished" ? [{ phase: (data as { phase?: string }).phase ?? "end", at }] : [],
  );
  const lasted = (name: string) => {
    const i = phases.findIndex(({ phase }) => phase === name);
    return (phases[i + 1]?.at.getTime() ?? 0) - (phases[i]?.at.getTime() ?? 0);
  };
  const marked = run.events.find(({ kind }) => kind === "marked")?.data as { manifestsRead?: number } | undefined;
  const removed = await prisma().gcCandidate.count({ where: { runId: id, state: "deleted" } });
  const shards = await prisma().gcShard.findMany({ where: { runId: id }, select: { claimedBy: true } });
  const theirs = shards.filter(({ claimedBy }) => claimedBy !== "bench").length;
  await prisma().registry.update({ where: { id: tenant.registryId }, data: { detachedAt: new Date() } });
  return [
    ...[String(helpers + 1), count(marked?.manifestsRead ?? 0), count(removed), duration(lasted("marking"))],
    ...[duration(lasted("sweeping")), duration(ms), shards.length === 0 ? "–" : `${theirs} of ${shards.length}`],
  ];
}

const builtBeside = (file: string) => builtProgram(pathToFileURL(path.resolve(import.meta.dirname, file)).href);

async function startHelpers(helpers: number): Promise<ChildProcess[]> {
  const program = await builtBeside("../testing/help-gc.ts");
  const children = Array.from({ length: helpers }, (_, i) =>
    spawn(process.execPath, [program, `helper-${String.fromCharCode(97 + i)}`], {
      stdio: ["ignore", "inherit", "inherit"],
    }),
  );
  while ((await listOtherWorkers("gc-shard", null)).length < helpers)
    await new Promise((resolve) => setTimeout(resolve, 50));
  return children;
}
