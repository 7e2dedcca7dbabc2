import { ensureRegistryCa } from "@/server/platform/crypto/registry-ca";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { env, resetEnvForTests } from "@/server/platform/env";
import { newId } from "@/server/platform/new-id";
import { createTestTenant, type TestTenant } from "@/testing/tenant";
import { type CollectionMeasure, type CollectionProcess, startCollectionProcess } from "./gc-process";
import { BenchTree } from "./gc-tree";
import { type BenchServices, startBenchServices } from "./services";
import { count, duration, printTable } from "./table";

const TREES: Record<string, { repositories: number; tagsPerRepository: number; seed: number }> = {
  "2k": { repositories: 20, tagsPerRepository: 60, seed: 11 },
  "20k": { repositories: 100, tagsPerRepository: 120, seed: 12 },
  "100k": { repositories: 300, tagsPerRepository: 200, seed: 13 },
};
const ROUNDS = 3;
/** The registry's collector takes a quarter of an hour for the largest tree with untagged manifests: once is enough. */
const UNTAGGED_ROUNDS: Record<string, number> = { "2k": 3, "20k": 1, "100k": 1 };
const STOPS = 20;
const SETTINGS = {
  ...{ RECLAIM_TOKEN_LEEWAY_SECONDS: "0", RECLAIM_UPLOAD_IDLE_SECONDS: "0", RECLAIM_GRACE_HOURS: "0" },
  RECLAIM_HEARTBEAT_STALE_SECONDS: "15",
};
const say = (text: string) => process.stderr.write(`${text}\n`);

/**
 * Collections beside the registry's own collector on the same trees, in turn, in one run: dry ones and real ones. Ours are whole: from the
 * request to the stored result. Each that is measured follows one of the same kind that is not (the real ones a dry one), the peer's too: a
 * machine may have taken back what nobody read for a minute. `BENCH_GC_TREES=2k,20k,100k` chooses the trees, `BENCH_GC_PARTS=dry,real,stops`
 * what is done with them; the largest takes more than an hour.
 */
export async function run(): Promise<void> {
  if (!BenchTree.hasRegistry) throw new Error("docker-registry is not installed: there is nothing to compare with");
  const services = await startBenchServices();
  Object.assign(process.env, SETTINGS);
  resetEnvForTests();
  await ensureRegistryCa(env().RECLAIM_CA_DIR);
  try {
    const names = (process.env.BENCH_GC_TREES ?? "2k,20k").split(",");
    const linear: string[][] = [];
    for (const name of names) linear.push(...(await benchTree(services, name)));
    if (linear.length === 0) return;
    printTable(
      "Linear: delete untagged too, dry, references known",
      ["tree", "revisions + tags", "time", "µs for each"],
      linear,
    );
  } finally {
    await disconnectPrisma();
    await services.stop();
  }
}

/** Answers its line of the last table, where it was collected dry. */
async function benchTree(services: BenchServices, name: string): Promise<string[][]> {
  const shape = TREES[name];
  if (!shape) throw new Error(`no tree ${name}; there are ${Object.keys(TREES).join(", ")}`);
  say(`writing the tree of ${name} …`);
  const bench = await BenchTree.generate(services.folder, name, shape);
  const tenant = await createTestTenant({ name: `t${name}`, storageRoot: bench.tree.root, auth: "console" });
  for (let team = 0; team < 7; team++) await addSpace(tenant, `team-${team}`);
  const collector = await startCollectionProcess();
  try {
    const { revisions, tags, blobs, expected } = bench.tree;
    const parts = new Set((process.env.BENCH_GC_PARTS ?? "dry,real,stops").split(","));
    const rows = parts.has("dry") ? await dryRows(bench, tenant, collector) : { table: [], untaggedMs: Number.NaN };
    const real = parts.has("real") ? await realRows(bench, tenant, collector) : [];
    printTable(
      `${count(revisions)} manifests, ${count(tags)} tags, ${count(blobs)} blobs (garbage: ${count(expected.all.garbage.length)}, with untagged ${count(expected.tagged.garbage.length)}); medians`,
      ["", "docker-registry", "Reclaim", "ratio", "processor", "peak memory"],
      [...rows.table, ...real],
    );
    const known = rows.untaggedMs;
    // The moments of stopping are spread over the time that the dry ones took.
    if (parts.has("stops") && parts.has("dry")) await stopRows(bench, tenant, collector, known);
    const units = revisions + tags;
    return parts.has("dry") ? [[name, count(units), duration(known), ((known * 1000) / units).toFixed(1)]] : [];
  } finally {
    collector.stop();
  }
}

async function addSpace({ workspaceId, registryId }: TestTenant, prefix: string): Promise<void> {
  await prisma().space.create({ data: { id: newId("spc"), workspaceId, registryId, name: prefix, prefix } });
}

async function dryRows(bench: BenchTree, { spaceId, registryId }: TestTenant, collector: CollectionProcess) {
  const { all, tagged } = bench.tree.expected;
  const peer: number[] = [];
  const peerUntagged: number[] = [];
  const first: CollectionMeasure[] = [];
  const known: CollectionMeasure[] = [];
  const untagged: CollectionMeasure[] = [];
  const dry = { spaceId, registryId, isDryRun: true };
  const ours = async (deleteUntagged: boolean, forgetReferences: boolean) => {
    const measure = await collector.collect({ ...dry, deleteUntagged, forgetReferences });
    expectFound(measure, (deleteUntagged ? tagged : all).garbage.length);
    return measure;
  };
  /** Measured right after one that is not: both find what they read in memory, as far as the machine has room. */
  const warm = async <T>(collect: () => Promise<T>): Promise<T> => {
    await collect();
    return collect();
  };
  for (let round = 0; round < ROUNDS; round++) {
    say(`dry, round ${round + 1} …`);
    peer.push(await warm(() => bench.collectWithRegistry({ isDryRun: true, deleteUntagged: false })));
    first.push(await warm(() => ours(false, true)));
    known.push(await warm(() => ours(false, false)));
    untagged.push(await warm(() => ours(true, false)));
    say(
      `  ${duration(peer.at(-1) ?? 0)} beside ${[first, known, untagged].map((of) => duration(of.at(-1)?.ms ?? 0)).join(", ")}`,
    );
  }
  for (let round = 0; round < (UNTAGGED_ROUNDS[bench.name] ?? 1); round++) {
    say(`dry, the registry's collector with untagged manifests, round ${round + 1} …`);
    peerUntagged.push(await bench.collectWithRegistry({ isDryRun: true, deleteUntagged: true }));
  }
  const table = [
    row("dry, first", peer, first),
    row("dry, references known", peer, known),
    row("dry, untagged too, references known", peerUntagged, untagged),
  ];
  return { table, untaggedMs: median(untagged.map(({ ms }) => ms)) };
}

async function realRows(bench: BenchTree, { spaceId, registryId }: TestTenant, collector: CollectionProcess) {
  const peer: number[] = [];
  const ours: CollectionMeasure[] = [];
  const rm: number[] = [];
  const rmInFour: number[] = [];
  const { garbage } = bench.tree.expected.all;
  await bench.archive(false);
  const before = bench.blobsOnDisk();
  const expectGone = () => {
    const gone = before - bench.blobsOnDisk();
    if (gone !== garbage.length) throw new Error(`${gone} blobs are gone, not ${garbage.length}`);
  };
  for (let round = 0; round < ROUNDS; round++) {
    say(`real, round ${round + 1} …`);
    await bench.collectWithRegistry({ isDryRun: true, deleteUntagged: false });
    peer.push(await bench.collectWithRegistry({ isDryRun: false, deleteUntagged: false }));
    await bench.restore();
    for (const [processes, times] of [
      [1, rm],
      [4, rmInFour],
    ] as const) {
      await bench.lookAtGarbage();
      times.push(await bench.removeWithRm(processes));
      expectGone();
      await bench.restore();
    }
    const request = { spaceId, registryId, deleteUntagged: false, forgetReferences: false };
    await collector.collect({ ...request, isDryRun: true });
    ours.push(await collector.collect({ ...request, isDryRun: false }));
    expectGone();
    await bench.restore();
    const times = [peer, rm, rmInFour].map((of) => duration(of.at(-1) ?? 0)).join(", ");
    say(`  ${times} beside ${duration(ours.at(-1)?.ms ?? 0)}: ${JSON.stringify(ours.at(-1)?.phaseMs)}`);
  }
  const sweep = ours.map(({ phaseMs }) => phaseMs.sweeping ?? 0);
  const besideRm = (name: string, times: readonly number[]) => [
    ...[name, duration(median(times)), duration(median(sweep))],
    ...[`${median(times.map((ms, round) => ms / (sweep[round] ?? Number.NaN))).toFixed(1)}×`, "", ""],
  ];
  return [
    row("real", peer, ours),
    besideRm("its sweep, beside rm -rf of the same", rm),
    besideRm("the same, beside four rm at once", rmInFour),
  ];
}

/** Stops collections at moments spread over their time, in the mark and in the sweep. */
async function stopRows(
  bench: BenchTree,
  { spaceId, registryId }: TestTenant,
  collector: CollectionProcess,
  wholeMs: number,
): Promise<void> {
  const rows: string[][] = [];
  for (const { name, by, isDryRun } of [
    { name: "marking, by a worker that stops", by: "shutdown" as const, isDryRun: true },
    { name: "whole collection, by a worker that stops", by: "shutdown" as const, isDryRun: false },
    { name: "whole collection, cancelled on screen", by: "cancel" as const, isDryRun: false },
  ]) {
    say(`stopping: ${name} …`);
    const times: number[] = [];
    for (let i = 0; i < STOPS; i++) {
      const afterMs = (wholeMs * (isDryRun ? 0.9 : 3) * (i + 1)) / STOPS;
      const { ms } = await collector.collectAndStop({
        spaceId,
        registryId,
        isDryRun,
        deleteUntagged: false,
        afterMs,
        by,
      });
      if (ms !== null) times.push(ms);
      if (!isDryRun) await bench.restore();
    }
    times.sort((a, b) => a - b);
    const at = (share: number) => duration(times[Math.floor((times.length - 1) * share)] ?? Number.NaN);
    rows.push([name, count(times.length), at(0.5), at(1)]);
  }
  printTable(
    "From the wish to stop until nothing is done any more and the run says so",
    ["", "stopped", "median", "longest"],
    rows,
  );
}

function expectFound({ status, blobs }: CollectionMeasure, expected: number): void {
  if (status !== "succeeded" || blobs !== expected) throw new Error(`${status}: ${blobs} blobs, not ${expected}`);
}

function row(name: string, peer: readonly number[], ours: readonly CollectionMeasure[]): string[] {
  const ratios = peer.map((ms, round) => ms / (ours[round]?.ms ?? Number.NaN));
  return [
    ...[name, duration(median(peer)), duration(median(ours.map(({ ms }) => ms)))],
    ...[`${median(ratios).toFixed(1)}×`, duration(median(ours.map(({ cpuMs }) => cpuMs)))],
    `${count(Math.max(...ours.map(({ peakRssMb }) => peakRssMb)))} MB`,
  ];
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low = Number.NaN, high = Number.NaN] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]];
  return (low + high) / 2;
}
