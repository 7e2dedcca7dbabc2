import { demoCatalogue, type PlannedBuild, type PlannedRepository } from "@/scripts/demo/demo-catalogue";
import {
  type BuiltImage,
  buildImage,
  buildIndex,
  buildLayer,
  buildSbom,
  buildSignature,
  type ImageLayer,
  type ImagePlatform,
  type LayerFile,
  signatureTag,
} from "@/scripts/demo/oci-image";
import { createImagePusher, type ImagePusher } from "@/scripts/demo/push-image";

const DAY_MS = 24 * 3_600_000;
const MIB = 1024 * 1024;
/** What configs call their time of creation counts back from here, not from today: the same demo has the same digests for ever. */
const CONTENT_ANCHOR_MS = Date.UTC(2026, 10, 20, 9);
const PARALLEL_REPOSITORIES = 3;

/** An image as it stands in the registry after the push. `tag` null: untagged (a child, an overwritten tag's image, an SBOM). */
export type PushedDemoImage = { repository: string; tag: string | null; digest: string; pushedAt: Date };

type DemoProgress = { done: number; total: number; sentBytes: number };

export type PushDemoOptions = {
  /** `http://host:port` */
  registryUrl: string;
  /** A user who may push below `prefix`; null for an open registry. */
  username: string | null;
  password: string | null;
  /** Of the workspace's space, without a slash at the end. */
  prefix: string;
  onProgress?: (progress: DemoProgress) => void;
  /** The planned dates count back from here. Default: now. */
  now?: Date;
};

/** Builds each layer once, however many images stand on it. */
class LayerShelf {
  readonly #layers = new Map<string, Promise<ImageLayer>>();

  get(seed: string, files: () => LayerFile[]): Promise<ImageLayer> {
    const found = this.#layers.get(seed);
    if (found !== undefined) return found;
    const layer = buildLayer(seed, files());
    this.#layers.set(seed, layer);
    return layer;
  }
}

function filesOf(names: readonly string[], totalBytes: number): LayerFile[] {
  return names.map((path, i) => ({
    path,
    sizeBytes: Math.round((totalBytes * (i + 1) * 2) / (names.length * (names.length + 1))),
  }));
}

const OS_FILES = ["etc/ssl/certs/ca-certificates.crt", "bin/busybox", "usr/lib/libcrypto.so.3", "usr/lib/libc.so.6"];
const RUNTIME_FILES = ["usr/local/include/node/v8.h", "usr/local/lib/node_modules/npm/cli.js", "usr/local/bin/node"];
const DEPENDENCY_FILES = ["pino", "zod", "undici", "pg", "react-dom", "next"].map(
  (name) => `app/node_modules/${name}/index.js`,
);
const CODE_FILES = ["app/package.json", "app/dist/routes.js", "app/dist/server.js"];

async function layersOf(
  shelf: LayerShelf,
  repository: PlannedRepository,
  build: PlannedBuild,
  { architecture }: ImagePlatform,
): Promise<ImageLayer[]> {
  const { base, dependencies, code } = build;
  const layers = [
    shelf.get(`os-${base.os}-${architecture}`, () => filesOf(OS_FILES, 12 * MIB)),
    shelf.get(`${base.runtime}-${architecture}`, () => filesOf(RUNTIME_FILES, 9 * MIB)),
  ];
  if (dependencies !== null) {
    const seed = `${repository.name}-dependencies-${dependencies}-${architecture}`;
    layers.push(shelf.get(seed, () => filesOf(DEPENDENCY_FILES, repository.dependenciesBytes)));
  }
  if (code !== null) {
    const seed = `${repository.name}-code-${code}-${architecture}`;
    layers.push(shelf.get(seed, () => filesOf(CODE_FILES, repository.codeBytes)));
  }
  return Promise.all(layers);
}

async function buildPlanned(
  shelf: LayerShelf,
  repository: PlannedRepository,
  build: PlannedBuild,
): Promise<BuiltImage> {
  const createdAt = new Date(CONTENT_ANCHOR_MS - Math.round(build.daysAgo * DAY_MS));
  const version = build.tags[0] ?? "";
  const labels = {
    "org.opencontainers.image.title": `acme ${repository.name}`,
    "org.opencontainers.image.version": version,
    "org.opencontainers.image.base.name": `base/node:${build.base.name}`,
  };
  const children = await Promise.all(
    build.platforms.map(async (platform) => {
      const layers = await layersOf(shelf, repository, build, platform);
      return { platform, image: buildImage({ layers, platform, createdAt, labels }) };
    }),
  );
  const [only] = children;
  if (children.length === 1 && only !== undefined) return only.image;
  return buildIndex({ children, annotations: { "org.opencontainers.image.version": version } });
}

/** Pushes one repository in the order of its history and tells what stands in it at the end. */
async function pushRepository(
  context: { pusher: ImagePusher; shelf: LayerShelf; prefix: string; nowMs: number; onBuild: () => void },
  repository: PlannedRepository,
): Promise<PushedDemoImage[]> {
  const { pusher, shelf, prefix, nowMs, onBuild } = context;
  const name = `${prefix}/${repository.name}`;
  const tags = new Map<string, { digest: string; pushedAt: Date }>();
  const manifests = new Map<string, Date>();
  const record = (image: BuiltImage, pushedAt: Date) => {
    for (const child of image.children) record(child, pushedAt);
    if (!manifests.has(image.digest)) manifests.set(image.digest, pushedAt);
  };
  const lastPushOf = new Map(repository.builds.flatMap((plan, i) => plan.tags.map((tag) => [tag, i] as const)));

  for (const [i, plan] of repository.builds.entries()) {
    // One at a time: all layers of a repository at once would take hundreds of megabytes.
    const image = await buildPlanned(shelf, repository, plan);
    const pushedAt = new Date(nowMs - Math.round(plan.daysAgo * DAY_MS));
    for (const tag of plan.tags) {
      const isKept = lastPushOf.get(tag) === i;
      // A tag that moves on later must not be set back when the demo is pushed over itself.
      if (isKept || !(await pusher.has(name, image))) await pusher.push(name, image, tag);
      if (isKept) tags.set(tag, { digest: image.digest, pushedAt });
    }
    record(image, pushedAt);
    if (plan.isSigned) {
      const createdAt = new Date(CONTENT_ANCHOR_MS - Math.round(plan.daysAgo * DAY_MS));
      const signature = buildSignature({ repository: name, signed: image, createdAt });
      await pusher.push(name, signature, signatureTag(image.digest));
      tags.set(signatureTag(image.digest), { digest: signature.digest, pushedAt });
      record(signature, pushedAt);
    }
    if (plan.hasSbom) {
      const sbom = buildSbom({ subject: image, packages: ["pino", "zod", "undici", "pg", "next", "react-dom"] });
      await pusher.push(name, sbom, null);
      record(sbom, pushedAt);
    }
    onBuild();
  }
  const tagged = new Set([...tags.values()].map((tag) => tag.digest));
  return [
    ...[...tags].map(([tag, { digest, pushedAt }]) => ({ repository: name, tag, digest, pushedAt })),
    ...[...manifests]
      .filter(([digest]) => !tagged.has(digest))
      .map(([digest, pushedAt]) => ({ repository: name, tag: null, digest, pushedAt })),
  ];
}

/** The oldest first; the rest only makes the order the same every time, whichever lane was faster. */
function byPush(a: PushedDemoImage, b: PushedDemoImage): number {
  const keyOf = (image: PushedDemoImage) => `${image.repository} ${image.tag ?? ""} ${image.digest}`;
  return a.pushedAt.getTime() - b.pushedAt.getTime() || (keyOf(a) < keyOf(b) ? -1 : 1);
}

/**
 * Pushes the demo's images as a user would, through the registry's API: a year of a company's work, whose planned dates
 * (`pushedAt`) are returned for the database. The same bytes every time, so pushing it again sends nothing.
 * @throws RegistryError when the registry refuses or cannot be reached.
 */
export async function pushDemoImages(options: PushDemoOptions): Promise<PushedDemoImage[]> {
  const { prefix, onProgress, now = new Date() } = options;
  const pusher = createImagePusher(options);
  const shelf = new LayerShelf();
  const [bases, ...others] = demoCatalogue();
  const total = [bases, ...others].reduce((sum, repository) => sum + (repository?.builds.length ?? 0), 0);
  let done = 0;
  const onBuild = () => onProgress?.({ done: ++done, total, sentBytes: pusher.sentBytes() });
  const context = { pusher, shelf, prefix, nowMs: now.getTime(), onBuild };
  try {
    // First what the others stand on, so that they find its layers to mount.
    const pushed = bases === undefined ? [] : await pushRepository(context, bases);
    const queue = [...others];
    const lane = async () => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        pushed.push(...(await pushRepository(context, next)));
      }
    };
    await Promise.all(Array.from({ length: PARALLEL_REPOSITORIES }, lane));
    return pushed.sort(byPush);
  } finally {
    pusher.close();
  }
}
