import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { MEDIA_TYPES } from "@/domain/images/parse-manifest";
import { type ExpectedOutcome, expectedOutcome, type Policy, type TreeRecord } from "./expected-garbage";
import { Random } from "./random";
import { type Described, StorageTree } from "./storage-tree";

export const EDGE_CASES = [
  "dangling-tag",
  "empty-link",
  "no-layers",
  "layers-only",
  "tagged-child",
  "shared-manifest",
  "empty-blob-dir",
  "nested-index",
  "nested-repo",
] as const;
type EdgeCase = (typeof EDGE_CASES)[number];

export type TreeOptions = {
  repositories: number;
  tagsPerRepository: number;
  seed: number;
  /** Layer files of realistic apparent size that take no space; their digest is only a label. */
  sparseLayers: boolean;
  /** Layers are named but not written: for what never looks at them, on trees of a size that takes long to write. */
  omitLayers: boolean;
  edges: readonly EdgeCase[];
  /** Shares of tags that are multi-arch, overwritten, have an image beside them that was deleted; orphans per other blob. */
  indexShare: number;
  overwrittenShare: number;
  deletedShare: number;
  orphanShare: number;
};

const DEFAULT_TREE: TreeOptions = {
  repositories: 20,
  tagsPerRepository: 60,
  seed: 1,
  sparseLayers: true,
  omitLayers: false,
  edges: [],
  indexShare: 0.2,
  overwrittenShare: 0.2,
  deletedShare: 0.1,
  orphanShare: 0.05,
};

export type GeneratedTree = {
  root: string;
  revisions: number;
  blobs: number;
  tags: number;
  expected: Record<Policy, ExpectedOutcome>;
};

type Layer = { digest: string; size: number; body: Uint8Array };
const BASE_LAYERS = 4;
const OWN_LAYERS = 3;
const CHURN = 0.2;
const PLATFORMS = [
  { os: "linux", architecture: "amd64" },
  { os: "linux", architecture: "arm64" },
];

/** Writes a registry's storage with known garbage below `root`, repeatable by seed, and says what a collector has to find. */
export function generateStorage(root: string, options: Partial<TreeOptions> = {}): GeneratedTree {
  return new Generator(root, { ...DEFAULT_TREE, ...options }).run();
}

class Generator {
  readonly #tree: StorageTree;
  readonly #random: Random;
  readonly #record: TreeRecord = { blobs: new Map(), references: new Map(), repositories: new Map() };
  readonly #base: Layer[][];

  constructor(
    private readonly root: string,
    private readonly options: TreeOptions,
  ) {
    this.#tree = new StorageTree(root);
    this.#random = new Random(options.seed);
    this.#base = Array.from({ length: 12 }, () => Array.from({ length: BASE_LAYERS }, () => this.#newLayer()));
  }

  run(): GeneratedTree {
    for (let i = 0; i < this.options.repositories; i++)
      this.#fill(`team-${i % 7}/app-${i}`, this.options.tagsPerRepository);
    for (const edge of this.options.edges) this.#edge(edge, `edge/${edge}`);
    const orphans = Math.floor(this.options.orphanShare * this.#record.blobs.size);
    for (let i = 0; i < orphans; i++) this.#store(this.#newLayer());
    const repositories = [...this.#record.repositories.values()];
    return {
      root: this.root,
      revisions: repositories.reduce((sum, { revisions }) => sum + [...revisions.values()].filter(Boolean).length, 0),
      blobs: this.#record.blobs.size,
      tags: repositories.reduce((sum, { tags }) => sum + tags.size, 0),
      expected: { all: expectedOutcome(this.#record, "all"), tagged: expectedOutcome(this.#record, "tagged") },
    };
  }

  #newLayer(): Layer {
    const body = this.#random.bytes(this.options.sparseLayers ? 32 : this.#random.between(200, 2000));
    const digest = `sha256:${createHash("sha256").update(body).digest("hex")}`;
    if (!this.options.sparseLayers) return { digest, size: body.length, body };
    return { digest, size: Math.floor(20_000 * 4000 ** this.#random.next()), body: new Uint8Array() };
  }

  #store(layer: Layer): void {
    if (this.#record.blobs.has(layer.digest)) return;
    this.#record.blobs.set(layer.digest, layer.size);
    this.#tree.blob(layer.body, layer);
  }

  #json(value: unknown): { digest: string; size: number } {
    const stored = this.#tree.json(value);
    this.#record.blobs.set(stored.digest, stored.size);
    return stored;
  }

  #repository(name: string): { revisions: Map<string, boolean>; tags: Map<string, string> } {
    const known = this.#record.repositories.get(name);
    if (known !== undefined) return known;
    const made = { revisions: new Map<string, boolean>(), tags: new Map<string, string>() };
    this.#record.repositories.set(name, made);
    return made;
  }

  #image(repository: string, layers: Layer[], platform = PLATFORMS[0], isOci = this.#random.chance(0.5)): Described {
    const labels = { seed: Buffer.from(this.#random.bytes(this.#random.between(100, 600))).toString("hex") };
    const config = this.#json({
      ...platform,
      config: { Labels: labels },
      rootfs: { diff_ids: layers.map(({ digest }) => digest) },
    });
    this.#tree.layerLink(repository, config.digest);
    for (const layer of this.options.omitLayers ? [] : layers) {
      this.#store(layer);
      this.#tree.layerLink(repository, layer.digest);
    }
    const mediaType = isOci ? MEDIA_TYPES.ociManifest : MEDIA_TYPES.dockerManifest;
    const manifest = this.#json({
      schemaVersion: 2,
      // OCI may leave it out.
      ...(isOci && this.#random.chance(0.5) ? {} : { mediaType }),
      config: { mediaType: "application/vnd.oci.image.config.v1+json", ...config },
      layers: layers.map(({ digest, size }) => ({
        mediaType: "application/vnd.oci.image.layer.v1.tar+gzip",
        size,
        digest,
      })),
    });
    this.#record.references.set(manifest.digest, [config.digest, ...layers.map(({ digest }) => digest)]);
    return { ...manifest, mediaType, ...(platform ? { platform } : {}) };
  }

  #index(children: Described[], isOci = true): Described {
    const mediaType = isOci ? MEDIA_TYPES.ociIndex : MEDIA_TYPES.dockerList;
    const index = this.#json({ schemaVersion: 2, mediaType, manifests: children });
    this.#record.references.set(
      index.digest,
      children.map(({ digest }) => digest),
    );
    return { ...index, mediaType };
  }

  #revision(repository: string, digest: string, hasLink = true): void {
    const { revisions } = this.#repository(repository);
    if (hasLink) this.#tree.revision(repository, digest);
    else if (!revisions.has(digest)) this.#tree.deletedRevision(repository, digest);
    revisions.set(digest, hasLink || (revisions.get(digest) ?? false));
  }

  #tag(repository: string, tag: string, digest: string, history: string[] = []): void {
    this.#tree.tag(repository, tag, digest, history);
    this.#repository(repository).tags.set(tag, digest);
  }

  #push(repository: string, layers: () => Layer[], isIndex: boolean, hasLink = true): string {
    const isOci = this.#random.chance(0.5);
    if (!isIndex) {
      const image = this.#image(repository, layers());
      this.#revision(repository, image.digest, hasLink);
      return image.digest;
    }
    const children = PLATFORMS.map((platform) => this.#image(repository, layers(), platform, isOci));
    const index = this.#index(children, isOci);
    for (const { digest } of [...children, index]) this.#revision(repository, digest, hasLink);
    return index.digest;
  }

  #fill(repository: string, tags: number): void {
    const base = this.#base[this.#random.between(0, this.#base.length - 1)] ?? [];
    const own = Array.from({ length: OWN_LAYERS }, () => this.#newLayer());
    const layers = () => {
      for (let i = 0; i < own.length; i++) if (this.#random.chance(CHURN)) own[i] = this.#newLayer();
      return [...base, ...own, this.#newLayer()];
    };
    const push = (hasLink = true) =>
      this.#push(repository, layers, this.#random.chance(this.options.indexShare), hasLink);
    for (let i = 0; i < tags; i++) {
      const history = this.#random.chance(this.options.overwrittenShare) ? [push()] : [];
      if (this.#random.chance(this.options.deletedShare)) push(false);
      this.#tag(repository, `v${i}`, push(), history);
    }
    this.#tree.directory(`repositories/${repository}/_uploads`);
  }

  #edge(edge: EdgeCase, name: string): void {
    const layers = () => [this.#newLayer(), this.#newLayer()];
    const pushed = (repository: string, image: Described) => {
      this.#revision(repository, image.digest);
      return image;
    };
    if (edge === "dangling-tag") {
      this.#tag(name, "ok", this.#push(name, layers, false));
      this.#tag(name, "dangling", this.#push(name, layers, false, false));
    } else if (edge === "empty-link") {
      this.#tag(name, "ok", this.#push(name, layers, false));
      const image = pushed(name, this.#image(name, layers()));
      this.#tree.revision(name, image.digest, "");
    } else if (edge === "no-layers") {
      const image = pushed(`${name}-src`, this.#image(`${name}-src`, layers()));
      this.#tag(`${name}-src`, "ok", image.digest);
      pushed(name, image);
      this.#tag(name, "ok", pushed(name, this.#index([image])).digest);
    } else if (edge === "layers-only") {
      for (const layer of layers()) {
        this.#store(layer);
        this.#tree.layerLink(name, layer.digest);
      }
    } else if (edge === "tagged-child") {
      const children = PLATFORMS.map((platform) => pushed(name, this.#image(name, layers(), platform)));
      this.#revision(name, this.#index(children).digest, false);
      this.#tag(name, "amd64", children[0]?.digest ?? "");
    } else if (edge === "shared-manifest") {
      const image = this.#image(`${name}-a`, layers());
      for (const reference of this.#record.references.get(image.digest) ?? [])
        this.#tree.layerLink(`${name}-b`, reference);
      this.#revision(`${name}-a`, image.digest, false);
      this.#tag(`${name}-b`, "ok", pushed(`${name}-b`, image).digest);
    } else if (edge === "empty-blob-dir") {
      this.#tag(name, "ok", this.#push(name, layers, false));
      this.#tree.directory(path.dirname(this.#tree.blobPath(this.#newLayer().digest)));
    } else if (edge === "nested-index") {
      const inner = pushed(name, this.#index([pushed(name, this.#image(name, layers()))]));
      this.#tag(name, "ok", pushed(name, this.#index([inner])).digest);
    } else {
      for (const repository of [name, `${name}/child`, `${name}/child/grandchild`])
        this.#tag(repository, "ok", this.#push(repository, layers, false));
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      repos: { type: "string", default: "20" },
      tags: { type: "string", default: "60" },
      seed: { type: "string", default: "1" },
      edge: { type: "string", default: "" },
      "real-layers": { type: "boolean", default: false },
      expect: { type: "string" },
    },
  });
  const root = positionals[0];
  const edges = values.edge === "all" ? EDGE_CASES : EDGE_CASES.filter((edge) => values.edge.split(",").includes(edge));
  if (root === undefined) {
    console.error(
      `usage: tsx testing/storage/generate-storage.ts <new directory> [--repos n --tags n --seed n --real-layers --expect file --edge all|${EDGE_CASES.join(",")}]`,
    );
    process.exit(2);
  }
  const tree = generateStorage(root, {
    repositories: Number(values.repos),
    tagsPerRepository: Number(values.tags),
    seed: Number(values.seed),
    sparseLayers: !values["real-layers"],
    edges,
  });
  if (values.expect !== undefined) fs.writeFileSync(values.expect, `${JSON.stringify(tree.expected)}\n`);
  const { all, tagged } = tree.expected;
  console.log(
    `${tree.revisions} revisions, ${tree.tags} tags, ${tree.blobs} blobs; garbage: ${all.garbage.length} blobs (all), ${tagged.garbage.length} (tagged)`,
  );
}
