import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import type { RuleDefinition } from "@/domain/rules/rule";
import { freePort } from "@/scripts/services/free-port";
import { type RunningRegistry, startRegistryProcess } from "@/scripts/services/registry-process";
import { executeRun } from "@/server/history/execute-run";
import { crawlRegistry } from "@/server/images/crawl-registry";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { resetEnvForTests } from "@/server/platform/env";
import { closeQueues } from "@/server/platform/queue/enqueue";
import { startReclaim } from "@/server/reclaim/start-reclaim";
import type { MoveHooks } from "@/server/recycle-bin/move";
import { startRestore } from "@/server/recycle-bin/start-restore";
import { closeRegistries } from "@/server/registries/open-registry";
import { createRule } from "@/server/rules/create-rule";
import { executorsWith } from "@/testing/bin-world";
import { verifyClosure } from "@/testing/storage/verify-closure";
import { createTestTenant, type TestTenant } from "@/testing/tenant";
import { cpuMsOf, ownCpuMs } from "./cpu-time";
import { type MovesTree, writeMovesTree } from "./moves-tree";
import { type BenchServices, startBenchServices } from "./services";
import { count, duration, printTable } from "./table";

const execute = promisify(execFile);
const REPOSITORIES = Number(process.env.BENCH_REPOSITORIES ?? 10);
const SKOPEO_EACH = 4;
/** Images of each repository that a run moves, by how many of them at a time. */
const RUNS: Readonly<Record<number, number>> = process.env.BENCH_CONCURRENCY
  ? { [Number(process.env.BENCH_CONCURRENCY)]: 20 }
  : { 1: 6, 16: 20, 64: 20 };
/** Of each repository, moved before anything is measured: a worker runs for weeks, and has moved images before. */
const WARM_EACH = 10;
const KEPT_EACH = 50;
const say = (text: string) => process.stderr.write(`${text}\n`);

interface Measure {
  name: string;
  images: number;
  ms: number;
  /** per process that works, ms of its processors */
  cpu: { registry: number; database: number; own: number };
}

interface World {
  services: BenchServices;
  registry: RunningRegistry;
  tree: MovesTree;
  tenant: TestTenant;
}

/**
 * Recycles and restores images of ten layers at several concurrencies, runs of the console with journal, re-checks and history, from the
 * first item to the run's end (planning is measured for itself), beside `skopeo copy --all` and `skopeo delete` for each image. skopeo is measured before and after, so that a machine that
 * grows busier meanwhile does not flatter either.
 */
export async function run(): Promise<void> {
  const services = await startBenchServices();
  const storageRoot = path.join(services.folder, "registry");
  say("writing images …");
  const tree = writeMovesTree(storageRoot, {
    ...{ prefix: "bench", repositories: REPOSITORIES },
    groups: {
      before: SKOPEO_EACH,
      warm: WARM_EACH,
      ...Object.fromEntries(Object.entries(RUNS).map(([n, each]) => [`c${n}`, each])),
      after: SKOPEO_EACH,
      kept: KEPT_EACH,
    },
  });
  const registry = await startRegistryProcess({
    ...{ port: await freePort(), storageRoot, configDir: services.folder },
    ...{ auth: null, events: null },
  });
  try {
    await measureAll({ services, registry, tree, storageRoot });
  } finally {
    closeRegistries();
    await closeQueues();
    await disconnectPrisma();
    await registry.stop();
    await services.stop();
  }
}

async function measureAll(made: Omit<World, "tenant"> & { storageRoot: string }): Promise<void> {
  const { registry, tree, storageRoot } = made;
  const isApiOnly = process.env.BENCH_API_ONLY === "1";
  process.env.RECLAIM_GRACE_HOURS = "0";
  resetEnvForTests();
  const tenant = await createTestTenant({ name: "bench", registryUrl: registry.url, storageRoot });
  const world: World = { ...made, tenant };
  say("reading the registry …");
  await crawlRegistry(tenant.registryId, new AbortController().signal);
  await prisma().$executeRaw`ANALYZE`;
  if (isApiOnly) await prisma().registry.update({ where: { id: tenant.registryId }, data: { storageRoot: null } });

  const recycled: Measure[] = [];
  const restored: Measure[] = [];
  const peer = async (group: string) => {
    say(`skopeo, ${group} …`);
    recycled.push(await moveWithSkopeo(world, group, "bench", "skopeo-bin"));
    restored.push(await moveWithSkopeo(world, group, "skopeo-bin", "bench"));
  };
  await peer("before");
  say("ours, to warm up …");
  await move({ world, group: "warm", each: WARM_EACH, concurrency: 16 });
  for (const [concurrency, each] of Object.entries(RUNS).map(([n, images]) => [Number(n), images] as const)) {
    say(`ours, ${concurrency} at a time …`);
    const measured = await move({ world, group: `c${concurrency}`, each, concurrency });
    recycled.push(measured.recycled);
    restored.push(measured.restored);
  }
  await peer("after");
  const { broken } = verifyClosure(storageRoot);
  if (Object.keys(broken).length > 0) throw new Error(`broken tags afterwards: ${JSON.stringify(broken)}`);
  const where = isApiOnly ? "the registry's API alone" : "the registry's API, and its storage where we may read it";
  const what = `${tree.layersPerImage} layers, ${REPOSITORIES} repositories, ${tree.images / REPOSITORIES} tags each, by ${where}`;
  print(`Recycling: ${what}`, recycled);
  print(`Restoring: ${what}`, restored);
}

function print(title: string, measures: readonly Measure[]): void {
  const perImage = ({ ms, images }: Measure) => ms / images;
  const peers = measures.filter((one) => one.name.startsWith("skopeo"));
  const peer = peers.reduce((sum, one) => sum + perImage(one), 0) / peers.length;
  printTable(
    title,
    ["", "images", "time", "per image", "images/s", "ratio", "CPU: registry", "database", "own"],
    measures.map((one) => [
      one.name,
      count(one.images),
      duration(one.ms),
      `${perImage(one).toFixed(1)} ms`,
      (1000 / perImage(one)).toFixed(1),
      `${(peer / perImage(one)).toFixed(1)}×`,
      ...[one.cpu.registry, one.cpu.database, one.cpu.own].map((ms) => `${(ms / one.images).toFixed(1)} ms`),
    ]),
  );
}

/** Runs `work` and says what it took, in time and in processors, from when it says that it begins. */
async function measure(
  world: World,
  name: string,
  images: number,
  work: (begin: () => void) => Promise<void>,
): Promise<Measure> {
  const { registry, services } = world;
  const now = () => ({
    ms: performance.now(),
    ...{ registry: cpuMsOf(registry.pid), database: cpuMsOf(services.databasePid), own: ownCpuMs() },
  });
  let before = now();
  await work(() => {
    before = now();
  });
  const after = now();
  const { registry: registryMs, database, own } = after;
  return {
    ...{ name, images, ms: after.ms - before.ms },
    cpu: { registry: registryMs - before.registry, database: database - before.database, own: own - before.own },
  };
}

function moveWithSkopeo(world: World, group: string, from: string, to: string): Promise<Measure> {
  const host = world.registry.url.replace("http://", "");
  const images = world.tree.repositories.flatMap((repository) =>
    Array.from({ length: SKOPEO_EACH }, (_, n) => `${repository.replace(/^bench/, "")}:${group}-${n}`),
  );
  return measure(world, `skopeo copy --all + delete, ${group}`, images.length, async () => {
    for (const image of images) {
      const [source, target] = [`docker://${host}/${from}${image}`, `docker://${host}/${to}${image}`];
      const insecure = ["--src-tls-verify=false", "--dest-tls-verify=false"];
      await execute("skopeo", ["--insecure-policy", "copy", "--all", "--quiet", ...insecure, source, target]);
      await execute("skopeo", ["delete", "--tls-verify=false", source]);
    }
  });
}

interface OwnMove {
  world: World;
  /** What the tags of the images begin with. */
  group: string;
  /** of each repository */
  each: number;
  concurrency: number;
}

async function move(own: OwnMove): Promise<{ recycled: Measure; restored: Measure }> {
  process.env.RECLAIM_MOVE_CONCURRENCY = String(own.concurrency);
  resetEnvForTests();
  return { recycled: await recycle(own), restored: await restore(own) };
}

async function recycle(own: OwnMove): Promise<Measure> {
  const { scope, spaceId } = own.world.tenant;
  const rule = await createRule(scope, {
    ...{ spaceId, name: own.group, isEnabled: true },
    definition: ruleOf(`${own.group}-*`),
  });
  const run = await startReclaim(scope, { spaceId, ruleIds: [rule.id] });
  return executeAll(own, run.id);
}

async function restore(own: OwnMove): Promise<Measure> {
  const { scope, spaceId } = own.world.tenant;
  const entries = await prisma().binEntry.findMany({ where: { spaceId, state: "held" }, select: { id: true } });
  const entryIds = entries.map((entry) => entry.id);
  const run = await startRestore(scope, { spaceId, entryIds, onTagConflict: "keep_current" });
  return executeAll(own, run.id);
}

async function executeAll({ world, each, concurrency }: OwnMove, runId: string): Promise<Measure> {
  const expected = each * REPOSITORIES;
  const measured = await measure(world, `ours, ${concurrency} at a time`, expected, async (begin) => {
    let isBegun = false;
    const hooks: MoveHooks = {
      beforeStep() {
        if (!isBegun) begin();
        isBegun = true;
      },
    };
    await executeRun(runId, "a bench", executorsWith(hooks), new AbortController().signal);
  });
  const done = await prisma().runItem.count({ where: { runId, state: "done" } });
  const failed = await prisma().runItem.findFirst({ where: { runId, error: { not: null } } });
  if (done !== expected) throw new Error(`${done} of ${expected} images were moved: ${failed?.error}`);
  return measured;
}

function ruleOf(tags: string): RuleDefinition {
  return {
    effect: "reclaim",
    select: {
      repositories: { include: [{ kind: "glob", value: "**" }], exclude: [] },
      tags: { include: [{ kind: "glob", value: tags }], exclude: [] },
      state: "tagged",
      kinds: "any",
    },
    when: [],
    schedule: { kind: "manual" },
    limits: {},
    allowLastArtifact: false,
  };
}
