import fs from "node:fs";
import path from "node:path";
import { type BuiltImage, buildImage, buildIndex, buildLayer, type ImageBlob } from "@/scripts/demo/oci-image";
import { prisma } from "@/server/platform/db/prisma";
import { DistributionClient } from "@/server/platform/registry/distribution-client";
import { createTransport } from "@/server/platform/registry/http-transport";
import { noAuthorizer } from "@/server/platform/registry/registry-authorizer";
import { startRecycle } from "@/server/reclaim/start-recycle";
import type { BinSpace } from "./bin-world";
import { Random } from "./storage/random";

/** Layers that pushes share, so that what one leaves behind is found there by another: the blobs that collections race for. */
const POOL = 14;
const TAGS_PER_PUSHER = 4;
const PLATFORMS = ["amd64", "arm64"].map((architecture) => ({ os: "linux", architecture }));

/** What clients did to a registry, and what a registry must be able to serve afterwards. */
export interface TrafficReport {
  pushed: { single: number; multi: number; slow: number };
  /** Pushes that the registry refused: they were told so, and may try again. */
  refused: number;
  pulls: number;
  failedPulls: string[];
  recycled: number;
  restored: number;
  /** repository:tag → digest, of the last push of each tag that succeeded (and of none that failed after it). */
  tags: Map<string, string>;
  problems: string[];
}

/**
 * Pushes (single, multi-arch, slow between looking what is there and naming it; each leaving out what the registry says it has), moves of
 * tags, pulls, recycles and restores, all at once and as fast as they go, until they are stopped.
 */
export async function startTraffic(
  space: BinSpace,
  seed: number,
): Promise<{ report: Readonly<TrafficReport>; stop(): Promise<TrafficReport> }> {
  const report: TrafficReport = {
    ...{ pushed: { single: 0, multi: 0, slow: 0 }, refused: 0, pulls: 0, failedPulls: [], recycled: 0, restored: 0 },
    ...{ tags: new Map(), problems: [] },
  };
  const state = { isOver: false };
  const client = new DistributionClient(
    createTransport({ url: space.world.registry.url, authorizer: noAuthorizer(), userAgent: "a hostile client" }),
  );
  const prefix = space.repository.split("/")[0] ?? "";
  const layers = await Promise.all(
    Array.from({ length: POOL }, (_, i) => buildLayer(`pool ${seed} ${i}`, [{ path: "app", sizeBytes: 3_000 + i }])),
  );
  const image = (random: Random, name: string, platform = PLATFORMS[0]): BuiltImage => {
    const chosen = layers.filter(() => random.chance(0.25));
    return buildImage({
      layers: chosen.length > 0 ? chosen : layers.slice(0, 1),
      ...(platform ? { platform } : {}),
      createdAt: new Date(0),
      labels: { name },
    });
  };

  /** As docker does it: ask for each blob, send what is not there, then name them. */
  const push = async (repository: string, built: BuiltImage, reference: string, waitMs: number): Promise<void> => {
    for (const child of built.children) await push(repository, child, child.digest, 0);
    const sendMissing = async (blob: ImageBlob) => {
      if ((await client.probeBlob(repository, blob.digest)) === null) await client.uploadBlob(repository, blob.content);
    };
    for (const blob of built.blobs) await sendMissing(blob);
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    await client.putManifest(repository, reference, built);
  };

  const pusher = async (kind: keyof TrafficReport["pushed"], at: number) => {
    const random = new Random(seed * 100 + at);
    const repository = `${prefix}/p${at}`;
    while (!state.isOver) {
      const tag = `t${random.between(0, TAGS_PER_PUSHER - 1)}`;
      const name = `${kind} ${at} ${random.between(0, 9)}`;
      const built =
        kind === "multi"
          ? buildIndex({
              children: PLATFORMS.map((platform) => ({ image: image(random, name, platform), platform })),
              annotations: { name },
            })
          : image(random, name);
      try {
        await push(repository, built, tag, kind === "slow" ? random.between(50, 1_500) : 0);
        report.pushed[kind]++;
        report.tags.set(`${repository}:${tag}`, built.digest);
      } catch {
        // The tag is as the registry left it: it may have been set by a request whose answer was lost.
        report.refused++;
        report.tags.delete(`${repository}:${tag}`);
      }
    }
  };

  const stable = image(new Random(seed), "pulled all the time");
  const puller = async () => {
    while (!state.isOver) {
      const raw = await client.getManifest(`${prefix}/stable`, "v1").catch(() => null);
      if (raw?.digest !== stable.digest) report.failedPulls.push("manifest");
      for (const { digest } of stable.blobs)
        if ((await client.getBlob(`${prefix}/stable`, digest, 1_000_000).catch(() => null)) === null)
          report.failedPulls.push(digest);
      report.pulls++;
    }
  };

  const mover = async () => {
    const random = new Random(seed + 7);
    for (let n = 0; !state.isOver; n++) {
      const tag = `r${n}`;
      const built = image(random, `recycled ${n}`);
      const isPushed = await push(space.repository, built, tag, 0).then(
        () => true,
        () => false,
      );
      if (!isPushed) {
        report.refused++;
        continue;
      }
      await space.crawl();
      const selection = { images: [{ repositoryName: space.repository, digest: built.digest }] };
      const run = await startRecycle(space.scope, { spaceId: space.spaceId, selection });
      const { run: moved } = await space.execute(run.id);
      if (moved.status !== "succeeded") report.problems.push(`recycle ${n}: ${JSON.stringify(moved.error)}`);
      else report.recycled++;
      if (n % 2 === 1) continue;
      const entry = await prisma().binEntry.findFirst({
        where: { spaceId: space.spaceId, digest: built.digest, state: "held" },
      });
      if (!entry) {
        report.problems.push(`recycle ${n} is not in the bin`);
        continue;
      }
      const { run: restored } = await space.restore([entry.id]);
      if (restored.status !== "succeeded") report.problems.push(`restore ${n}: ${JSON.stringify(restored.error)}`);
      report.restored++;
      report.tags.set(`${space.repository}:${tag}`, built.digest);
    }
  };

  await push(`${prefix}/stable`, stable, "v1", 0);
  report.tags.set(`${prefix}/stable:v1`, stable.digest);
  const actors = [
    ...[pusher("single", 0), pusher("single", 1), pusher("multi", 2), pusher("slow", 3), pusher("slow", 4)],
    ...[puller(), mover()],
  ];
  return {
    report,
    async stop() {
      state.isOver = true;
      await Promise.all(actors);
      client.close();
      return report;
    },
  };
}

/**
 * Digests of all blobs that tags and the bin need, found out by reading files: what nobody needs is everything else. Knows nothing of the
 * code that it judges.
 */
export function neededBlobs(root: string): Set<string> {
  const base = path.join(root, "docker/registry/v2");
  const needed = new Set<string>();
  const need = (digest: string) => {
    if (needed.has(digest)) return;
    needed.add(digest);
    const hex = digest.slice("sha256:".length);
    const file = path.join(base, "blobs/sha256", hex.slice(0, 2), hex, "data");
    if (!fs.existsSync(file) || fs.statSync(file).size > 100_000) return;
    const text = fs.readFileSync(file, "utf8");
    // Configs name digests too, of what layers are before they are packed.
    if (text.startsWith("{") && text.includes('"schemaVersion"'))
      for (const [named] of text.matchAll(/sha256:[0-9a-f]{64}/g)) need(named);
  };
  for (const entry of fs.readdirSync(path.join(base, "repositories"), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name !== "link") continue;
    const place = path.relative(base, entry.parentPath);
    const isTag = place.endsWith("/current");
    const isInBin = place.startsWith("repositories/recyclebin/") && place.includes("/_manifests/revisions/");
    if (isTag || isInBin) need(fs.readFileSync(path.join(entry.parentPath, "link"), "utf8"));
  }
  return needed;
}

/** Digests of all blobs that have content. */
export function storedBlobs(root: string): string[] {
  const base = path.join(root, "docker/registry/v2/blobs/sha256");
  const files = fs.readdirSync(base, { recursive: true, withFileTypes: true });
  return files
    .filter((entry) => entry.isFile() && entry.name === "data")
    .map((entry) => `sha256:${path.basename(entry.parentPath)}`);
}
