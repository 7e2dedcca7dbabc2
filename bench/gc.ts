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
/** The registry's collector takes a quarter of an hour for the largest tree with untagged manifests: once is enough. */
const ROUNDS = 3;
const UNTAGGED_ROUNDS: Record<string, number> = { "2k": 3, "20k": 1, "100k": 1 };
const STOPS = 20;
const SETTINGS = {
  ...{ RECLAIM_TOKEN_LEEWAY_SECONDS: "0", RECLAIM_UPLOAD_IDLE_SECONDS: "0", RECLAIM_GRACE_HOURS: "0" },
  RECLAIM_HEARTBEAT_STALE_SECONDS: "15",
};
const say = (text: string) => process.stderr.write(`${text}\n`);

/**
 * Collections beside the registry's own collector on the same trees, in turn, in one run: dry ones and real ones. Ours are whole: from the
 * request to the stored result. `BENCH_GC_TREES=2k,20k,100k` chooses the trees; the largest takes about an hour.
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
    for (const name of names) linear.push(await benchTree(services, name));
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

async function benchTree(services: BenchServices, name: string): Promise<string[]> {
  const shape = TREES[name];
  if (!shape) throw new Error(`no tree ${name}; there are ${Object.keys(TREES).join(", ")}`);
  say(`writing the tree of ${name} …`);
  const bench = await BenchTree.generate(services.folder, name, shape);
  const tenant = await createTestTenant({ name: `t${name}`, storageRoot: bench.tree.root, auth: "console" });
  for (let team = 0; team < 7; team++) await addSpace(tenant, `team-${team}`);
  const collector = await startCollectionProcess();
  try {
    const { revisions, tags, blobs, expected } = bench.tree;
    const rows = await dryRows(bench, tenant, collector);
    const known = rows.untaggedMs;
    const real = await realRows(bench, tenant, collector);
    printTable(
      `${count(revisions)} manifests, ${count(tags)} tags, ${count(blobs)} blobs (garbage: ${count(expected.all.garbage.length)}, with untagged ${count(expected.tagged.garbage.length)}); medians`,
      ["", "docker-registry", "Reclaim", "ratio", "processor", "peak memory"],
      [...rows.table, ...real],
    );
    await stopRows(bench, tenant, collector, known);
    const units = revisions + tags;
    return [name, count(units), duration(known), ((known * 1000) / units).toFixed(1)];
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
  say("warming up …");
  await bench.collectWithRegistry({ isDryRun: true, deleteUntagged: false });
  await ours(false, true);
  for (let round = 0; round < ROUNDS; round++) {
    say(`dry, round ${round + 1} …`);
    peer.push(await bench.collectWithRegistry({ isDryRun: true, deleteUntagged: false }));
    first.push(await ours(false, true));
    known.push(await ours(false, false));
    if (round < (UNTAGGED_ROUNDS[bench.name] ?? 1))
      peerUntagged.push(await bench.collectWithRegistry({ isDryRun: true, deleteUntagged: true }));
    untagged.push(await ours(true, false));
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
  const { garbage } = bench.tree.expected.all;
  await bench.archive(false);
  const before = bench.blobsOnDisk();
  const expectGone = () => {
    const gone = before - bench.blobsOnDisk();
    if (gone !== garbage.length) throw new Error(`${gone} blobs are gone, not ${garbage.length}`);
  };
  for (let round = 0; round < ROUNDS; round++) {
    say(`real, round ${round + 1} …`);
    peer.push(await bench.collectWithRegistry({ isDryRun: false, deleteUntagged: false }));
    await bench.restore();
    rm.push(await bench.removeWithRm());
    expectGone();
    await bench.restore();
    const request = { spaceId, registryId, isDryRun: false, deleteUntagged: false, forgetReferences: false };
    ours.push(await collector.collect(request));
    expectGone();
    await bench.restore();
  }
  const sweep = ours.map(({ phaseMs }) => phaseMs.sweeping ?? 0);
  for (const { phaseMs } of ours) say(`its phases in ms: ${JSON.stringify(phaseMs)}`);
  return [
    row("real", peer, ours),
    [
      ...["its sweep, beside rm -rf of the same in 4 processes", duration(median(rm)), duration(median(sweep))],
      ...[`${(median(rm) / median(sweep)).toFixed(1)}×`, "", ""],
    ],
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
