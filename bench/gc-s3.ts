import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import type { S3Location } from "@/domain/registries/s3-location";
import { renderRegistryConfig } from "@/scripts/services/registry-config";
import { bareEnvironment } from "@/scripts/services/service-process";
import { executeGc } from "@/server/gc/execute-gc";
import { startGc } from "@/server/gc/start-gc";
import { executeRun } from "@/server/history/execute-run";
import { ensureRegistryCa } from "@/server/platform/crypto/registry-ca";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { env, resetEnvForTests } from "@/server/platform/env";
import { newId } from "@/server/platform/new-id";
import { closeQueues } from "@/server/platform/queue/enqueue";
import { forEachLimited } from "@/server/platform/registry/for-each-limited";
import { bucketRow } from "@/server/registries/bucket-access";
import { closeRegistries } from "@/server/registries/open-registry";
import { type RegistryProxy, startRegistryProxy } from "@/testing/registry-proxy";
import { startTestS3Server, type TestS3Server } from "@/testing/s3-server";
import { filesOf, keysOf, putObject, uploadTree } from "@/testing/s3-tree";
import { generateStorage } from "@/testing/storage/generate-storage";
import { createTestTenant, type TestTenant } from "@/testing/tenant";
import { startBenchServices } from "./services";
import { count, duration, printTable } from "./table";

const execute = promisify(execFile);
const TREES: Record<string, { repositories: number; tagsPerRepository: number; seed: number }> = {
  small: { repositories: 6, tagsPerRepository: 25, seed: 11 },
  "2k": { repositories: 20, tagsPerRepository: 60, seed: 11 },
  "20k": { repositories: 100, tagsPerRepository: 120, seed: 12 },
};
const SETTINGS = {
  ...{ RECLAIM_TOKEN_LEEWAY_SECONDS: "0", RECLAIM_UPLOAD_IDLE_SECONDS: "0", RECLAIM_GRACE_HOURS: "0" },
  RECLAIM_HEARTBEAT_STALE_SECONDS: "30",
};
const executors = { gc: executeGc, reclaim: executeGc, restore: executeGc, purge: executeGc };
const say = (text: string) => process.stderr.write(`${text}\n`);

type Measure = { ms: number; requests: number };
type Ours = Measure & { floor: number; manifestsRead: number; deletions: number };

/**
 * Collections of a bucket beside the registry's own collector: requests that go to the object gateway, counted by a proxy that both go
 * through, and times. Ours are whole, from the request to the stored result. `BENCH_GC_TREES=2k,20k` chooses the trees.
 */
export async function run(): Promise<void> {
  const services = await startBenchServices();
  const server = await startTestS3Server();
  const proxy = await startRegistryProxy(server.endpoint);
  Object.assign(process.env, SETTINGS);
  resetEnvForTests();
  await ensureRegistryCa(env().RECLAIM_CA_DIR);
  try {
    for (const name of (process.env.BENCH_GC_TREES ?? "2k").split(",")) {
      const shape = TREES[name];
      if (!shape) throw new Error(`no tree ${name}; there are ${Object.keys(TREES).join(", ")}`);
      await benchTree({ folder: services.folder, server, proxy }, name, shape);
    }
  } finally {
    closeRegistries();
    await closeQueues();
    await disconnectPrisma();
    await proxy.stop();
    await server.stop();
    await services.stop();
  }
}

type World = { folder: string; server: TestS3Server; proxy: RegistryProxy };

async function benchTree(world: World, name: string, shape: (typeof TREES)[string]): Promise<void> {
  const { server, proxy, folder } = world;
  say(`writing the tree of ${name} …`);
  const root = path.join(folder, name);
  const tree = generateStorage(root, { ...shape, sparseLayers: false });
  const location = await server.createBucket({ root: "registry" });
  const objects = await uploadTree(root, server, location);
  const bucket = { location: { ...location, endpoint: proxy.url }, secretAccessKey: server.secretAccessKey };
  const tenant = await createTestTenant({ name: `t${name}`, auth: "console" });
  await prisma().registry.update({ where: { id: tenant.registryId }, data: bucketRow(bucket) });
  for (let team = 0; team < 7; team++) {
    const prefix = `team-${team}`;
    const { workspaceId, registryId } = tenant;
    await prisma().space.create({ data: { id: newId("spc"), workspaceId, registryId, name: prefix, prefix } });
  }
  const config = path.join(folder, `${name}.yml`);
  writeFileSync(
    config,
    renderRegistryConfig({ port: 1, storageRoot: "", httpSecret: "x", auth: null, events: null, bucket }),
  );

  say("collecting …");
  const first = await collect(proxy, tenant, objects, { isDryRun: true });
  const peerDry = await collectAsRegistry(proxy, config, ["--dry-run"]);
  const known = await collect(proxy, tenant, objects, { isDryRun: true });
  const real = await collect(proxy, tenant, objects, { isDryRun: false });
  await restore(world, root, location);
  const peerReal = await collectAsRegistry(proxy, config, []);
  const row = (what: string, peer: Measure, ours: Ours) => [
    ...[what, count(peer.requests), count(ours.requests), `${(peer.requests / ours.requests).toFixed(1)}×`],
    ...[count(ours.floor), (ours.requests / ours.floor).toFixed(2)],
    ...[duration(peer.ms), duration(ours.ms), `${(peer.ms / ours.ms).toFixed(1)}×`],
  ];
  printTable(
    `A bucket of ${count(objects)} objects: ${count(tree.revisions)} manifests, ${count(tree.tags)} tags, ${count(tree.blobs)} blobs (garbage: ${count(tree.expected.all.garbage.length)})`,
    [
      "",
      "requests of docker-registry",
      "of Reclaim",
      "fewer",
      "least",
      "of the least",
      "its time",
      "our time",
      "faster",
    ],
    [row("first run, dry", peerDry, first), row("references known, dry", peerDry, known), row("real", peerReal, real)],
  );
}

async function collect(
  proxy: RegistryProxy,
  tenant: TestTenant,
  objects: number,
  options: { isDryRun: boolean },
): Promise<Ours> {
  const before = proxy.requests.length;
  const startedAt = performance.now();
  const { id } = await startGc(tenant.scope, { spaceId: tenant.spaceId, deleteUntagged: false, ...options });
  await executeRun(id, "bench", executors, new AbortController().signal);
  const ms = performance.now() - startedAt;
  const run = await prisma().run.findUniqueOrThrow({ where: { id } });
  if (run.status !== "succeeded") throw new Error(`the collection ${run.status}: ${JSON.stringify(run.error)}`);
  const marked = await prisma().runEvent.findFirstOrThrow({ where: { runId: id, kind: "marked" } });
  const { manifestsRead } = marked.data as { manifestsRead: number };
  const deletions = await prisma().gcCandidate.count({ where: { runId: id } });
  const floor = objects / 1_000 + manifestsRead + deletions / 1_000;
  return { ms, requests: proxy.requests.length - before, floor, manifestsRead, deletions };
}

async function collectAsRegistry(proxy: RegistryProxy, config: string, flags: string[]): Promise<Measure> {
  const before = proxy.requests.length;
  const startedAt = performance.now();
  const environment = { ...bareEnvironment(), OTEL_TRACES_EXPORTER: "none" };
  await execute("docker-registry", ["garbage-collect", ...flags, config], {
    ...{ env: environment, maxBuffer: 1024 ** 3 },
  });
  return { ms: performance.now() - startedAt, requests: proxy.requests.length - before };
}

/** Puts back what a collection took. */
async function restore({ server }: World, root: string, location: S3Location): Promise<void> {
  const there = new Set(await keysOf(server, location));
  const missing = filesOf(root).filter((file) => !there.has(file));
  await forEachLimited(missing, 48, (file) => putObject(server, location, file, readFileSync(path.join(root, file))));
}
