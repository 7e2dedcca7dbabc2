import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { MEDIA_TYPES } from "@/domain/images/parse-manifest";
import { freePort } from "@/scripts/services/free-port";
import { startRegistryProcess } from "@/scripts/services/registry-process";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { generateStorage } from "@/testing/storage/generate-storage";
import { createTestTenant } from "@/testing/tenant";
import { type CrawlMeasure, measureCrawl } from "./crawl-process";
import { type BenchServices, startBenchServices } from "./services";
import { count, duration, printTable } from "./table";

const execute = promisify(execFile);
const SAMPLE = 100;
const API = { repositories: 20, tagsPerRepository: 250 };
const STORAGE = { repositories: 300, tagsPerRepository: 200 };
const say = (text: string) => process.stderr.write(`${text}\n`);

/**
 * Reads 5,000 tags over the API, beside `skopeo inspect` of a sample of them, and 100,000 manifests from storage; each again with
 * nothing changed.
 */
export async function run(): Promise<void> {
  const services = await startBenchServices();
  try {
    await benchApi(services);
    await benchStorage(services);
  } finally {
    await disconnectPrisma();
    await services.stop();
  }
}

async function benchApi(services: BenchServices): Promise<void> {
  const storageRoot = path.join(services.folder, "api");
  say("writing 5,000 images …");
  const none = { indexShare: 0, overwrittenShare: 0, deletedShare: 0, orphanShare: 0 };
  const tree = generateStorage(storageRoot, { ...API, ...none, omitLayers: true, seed: 21 });
  const registry = await startRegistryProcess({
    port: await freePort(),
    storageRoot,
    configDir: services.folder,
    auth: null,
    events: null,
  });
  try {
    const registryId = await registerTree(registry.url, null);
    say("crawling over the API …");
    const first = await measureCrawl(registryId, true);
    const routine = await measureCrawl(registryId, false);
    const thorough = await measureCrawl(registryId, true);
    const perTag = (ms: number) => `${(ms / tree.tags).toFixed(1)} ms`;
    const row = (name: string, { ms, peakRssMb }: CrawlMeasure) => [
      ...[
        name,
        duration(ms),
        count(tree.tags / (ms / 1000)),
        perTag(ms),
        ratio(first.ms / ms),
        `${count(peakRssMb)} MB`,
      ],
    ];
    const head = ["", "time", "images/s", "per image", "faster than the first", "peak memory"];
    printTable(
      `Over the API: ${count(tree.tags)} tags of ${API.repositories} repositories, manifest and config of each`,
      head,
      [
        row("first crawl", first),
        row("again, routine: a sixteenth of the tags is asked for", routine),
        row("again, thorough (a manual sync): every tag is asked for", thorough),
      ],
    );
    say(`inspecting ${SAMPLE} of them with skopeo …`);
    const crawled = { id: registryId, url: registry.url };
    const peers = [
      await inspect(crawled, "skopeo inspect --raw (manifest only)", ["--raw"]),
      await inspect(crawled, "skopeo inspect --no-tags (manifest and config)", ["--no-tags"]),
      await inspect(crawled, "skopeo inspect (its default: lists tags too)", []),
    ];
    printTable(
      `Beside skopeo, one image after another: ${SAMPLE} images measured, extrapolated to ${count(tree.tags)}`,
      ["", "per image", "all, extrapolated", "the crawl is faster by"],
      peers.map(({ name, ms }) => [name, duration(ms), duration(ms * tree.tags), ratio((ms * tree.tags) / first.ms)]),
    );
  } finally {
    await registry.stop();
  }
}

/** skopeo refuses Docker manifests with OCI layers, which the generator makes too. */
function sampleImages(registryId: string): Promise<{ name: string }[]> {
  return prisma().$queryRaw`
    SELECT r.name || ':' || t.name AS name FROM tags t JOIN repositories r ON r.id = t.repository_id
    JOIN manifests m ON m.registry_id = r.registry_id AND m.digest = t.digest
    WHERE r.registry_id = ${registryId} AND m.media_type = ${MEDIA_TYPES.ociManifest} ORDER BY md5(t.digest) LIMIT ${SAMPLE}`;
}

async function inspect(registry: { id: string; url: string }, name: string, options: readonly string[]) {
  const images = await sampleImages(registry.id);
  const host = registry.url.replace("http://", "");
  const startedAt = performance.now();
  for (const sampled of images) {
    const image = `docker://${host}/${sampled.name}`;
    await execute("skopeo", ["inspect", "--no-creds", "--tls-verify=false", ...options, image], { maxBuffer: 2 ** 26 });
  }
  return { name, ms: (performance.now() - startedAt) / images.length };
}

async function benchStorage(services: BenchServices): Promise<void> {
  const storageRoot = path.join(services.folder, "storage");
  say("writing 100,000 manifests (this takes minutes) …");
  const tree = generateStorage(storageRoot, { ...STORAGE, omitLayers: true, seed: 13 });
  const registryId = await registerTree("http://127.0.0.1:1", storageRoot);
  say("crawling the storage …");
  const first = await measureCrawl(registryId, true);
  const again = await measureCrawl(registryId, true);
  const held = await prisma().repositoryManifest.count({ where: { registryId } });
  if (held !== tree.revisions) throw new Error(`the inventory holds ${held} manifests of ${tree.revisions}`);
  const row = (name: string, { ms, peakRssMb }: CrawlMeasure) => [
    ...[name, duration(ms), count(tree.revisions / (ms / 1000)), ratio(first.ms / ms), `${count(peakRssMb)} MB`],
  ];
  const title = `From storage: ${count(tree.revisions)} manifests, ${count(tree.tags)} tags, ${STORAGE.repositories} repositories`;
  printTable(
    title,
    ["", "time", "manifests/s", "faster than the first", "peak memory"],
    [row("first crawl", first), row("again, nothing changed", again)],
  );
}

/** A registry and spaces over all of the generated tree. */
async function registerTree(registryUrl: string, storageRoot: string | null): Promise<string> {
  const { registryId } = await createTestTenant({ name: "team-0", registryUrl, storageRoot });
  for (let i = 1; i < 7; i++) await createTestTenant({ name: `team-${i}`, registryId });
  return registryId;
}

const ratio = (times: number) => `${times.toFixed(1)}×`;
