import path from "node:path";
import type { RuleDefinition } from "@/domain/rules/rule";
import {
  type BuiltImage,
  buildImage,
  buildIndex,
  buildLayer,
  buildSbom,
  buildSignature,
  type ImageLayer,
  signatureTag,
} from "@/scripts/demo/oci-image";
import { createImagePusher, type ImagePusher } from "@/scripts/demo/push-image";
import { executeRun } from "@/server/history/execute-run";
import { getRun } from "@/server/history/get-run";
import { listRunItems } from "@/server/history/list-run-items";
import type { RunExecutors } from "@/server/history/run-context";
import { crawlRegistry } from "@/server/images/crawl-registry";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { newId } from "@/server/platform/new-id";
import { closeQueues } from "@/server/platform/queue/enqueue";
import { executeReclaim } from "@/server/reclaim/execute-reclaim";
import { startReclaim } from "@/server/reclaim/start-reclaim";
import { executePurge } from "@/server/recycle-bin/execute-purge";
import { executeRestore } from "@/server/recycle-bin/execute-restore";
import { listBinEntries } from "@/server/recycle-bin/list-bin-entries";
import type { MoveHooks } from "@/server/recycle-bin/move";
import { startRestore } from "@/server/recycle-bin/start-restore";
import { closeRegistries } from "@/server/registries/open-registry";
import { createRule } from "@/server/rules/create-rule";
import { setConsoleEnv } from "@/testing/console-env";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { testRedisUrl } from "@/testing/redis";
import { startTestRegistry, type TestRegistry } from "@/testing/registry";
import { type SkopeoResult, skopeoPull } from "@/testing/skopeo";
import { StorageTree } from "@/testing/storage/storage-tree";
import { verifyClosure } from "@/testing/storage/verify-closure";
import { createTestTenant, type TestTenant } from "@/testing/tenant";

const PUSHED_AT = new Date("2025-01-15T08:00:00.000Z");
const CREATED_AT = new Date(0);
const AMD64 = { os: "linux", architecture: "amd64" };
const ARM64 = { os: "linux", architecture: "arm64" };

/** A database and a registry of a test file's own, with what moves need around them. */
export interface BinWorld {
  database: TestDatabase;
  registry: TestRegistry;
  pusher: ImagePusher;
  registryId: string;
  stop(): Promise<void>;
}

export async function startBinWorld(): Promise<BinWorld> {
  const database = await createTestDatabase();
  setConsoleEnv({ databaseUrl: database.url, redisUrl: testRedisUrl(), RECLAIM_GRACE_HOURS: "0" });
  const registry = await startTestRegistry();
  const pusher = createImagePusher({ registryUrl: registry.url, username: null, password: null });
  const registryId = newId("reg");
  const { url, storageRoot } = registry;
  await prisma().registry.create({ data: { id: registryId, name: "registry", url, auth: "none", storageRoot } });
  return {
    ...{ database, registry, pusher, registryId },
    stop: async () => {
      pusher.close();
      closeRegistries();
      await closeQueues();
      await disconnectPrisma();
      await registry.stop();
      await database.drop();
    },
  };
}

export const executorsWith = (hooks: MoveHooks = {}): RunExecutors => ({
  reclaim: (context) => executeReclaim(context, hooks),
  restore: (context) => executeRestore(context, hooks),
  purge: (context) => executePurge(context, hooks),
  gc: () => Promise.reject(new Error("there is no collection here")),
});

let sequence = 0;
/** Of every image in every space. */
let base: Promise<ImageLayer> | undefined;

function placeImage(tree: StorageTree, repository: string, image: BuiltImage, tags: readonly string[]): void {
  for (const child of image.children) placeImage(tree, repository, child, []);
  for (const { digest, content } of image.blobs) {
    if (!tree.hasBlob(digest)) tree.blob(content);
    tree.layerLink(repository, digest);
  }
  tree.revision(repository, tree.blob(image.body));
  for (const tag of tags) tree.tag(repository, tag, image.digest);
}

/** A space with one repository, and short words for what tests do to it. */
export class BinSpace {
  private constructor(
    readonly world: BinWorld,
    readonly tenant: TestTenant,
    readonly repository: string,
  ) {}

  static async create(world: BinWorld): Promise<BinSpace> {
    const name = `s${++sequence}${Math.random().toString(36).slice(2, 6)}`;
    const tenant = await createTestTenant({ name, registryId: world.registryId });
    return new BinSpace(world, tenant, `${name}/app`);
  }

  get scope() {
    return this.tenant.scope;
  }
  get spaceId() {
    return this.tenant.spaceId;
  }

  async image(seed: string, platform = AMD64): Promise<BuiltImage> {
    base ??= buildLayer("base", [{ path: "bin/sh", sizeBytes: 30_000 }]);
    const layers = [await base, await buildLayer(`${this.repository}/${seed}`, [{ path: "app", sizeBytes: 10_000 }])];
    return buildImage({ layers, platform, createdAt: CREATED_AT, labels: { seed: `${this.repository}/${seed}` } });
  }

  async index(seed: string, children?: BuiltImage[]): Promise<BuiltImage> {
    const parts = children ?? [await this.image(`${seed}-amd`), await this.image(`${seed}-arm`, ARM64)];
    return buildIndex({
      children: parts.map((image, at) => ({ image, platform: at === 0 ? AMD64 : ARM64 })),
      annotations: { seed: `${this.repository}/${seed}` },
    });
  }

  signature(signed: BuiltImage): BuiltImage {
    return buildSignature({ repository: this.repository, signed, createdAt: CREATED_AT });
  }

  sbom(subject: BuiltImage): BuiltImage {
    return buildSbom({ subject, packages: ["zod"] });
  }

  async push(image: BuiltImage, ...tags: string[]): Promise<BuiltImage> {
    await this.world.pusher.push(this.repository, image, null);
    for (const tag of tags) await this.world.pusher.push(this.repository, image, tag);
    return image;
  }

  /** As `push`, but written where the registry will find it: a tenth of the work, for what is pushed before anything looks. */
  place(image: BuiltImage, ...tags: string[]): BuiltImage {
    placeImage(new StorageTree(this.world.registry.storageRoot), this.repository, image, tags);
    return image;
  }

  async sign(signed: BuiltImage): Promise<BuiltImage> {
    return this.push(this.signature(signed), signatureTag(signed.digest));
  }

  /** Reads the registry, and makes everything in the space long pushed. */
  crawl(): Promise<void> {
    return BinSpace.crawl(this.world, [this]);
  }

  /** The same of several. */
  static async crawl(world: BinWorld, spaces: readonly BinSpace[]): Promise<void> {
    await crawlRegistry(world.registryId, new AbortController().signal);
    const workspaceId = { in: spaces.map((space) => space.tenant.workspaceId) };
    await prisma().repositoryManifest.updateMany({ where: { workspaceId }, data: { pushedAt: PUSHED_AT } });
    await prisma().tag.updateMany({ where: { workspaceId }, data: { pushedAt: PUSHED_AT } });
  }

  /** A rule that selects images by tag; `untagged` selects those without. */
  async rule(tags: readonly string[] | "untagged", change: Partial<RuleDefinition> = {}): Promise<string> {
    const isUntagged = tags === "untagged";
    const { id } = await createRule(this.scope, {
      spaceId: this.spaceId,
      name: `rule ${newId("rule").slice(-12)}`,
      isEnabled: true,
      definition: {
        effect: "reclaim",
        select: {
          repositories: { include: [{ kind: "glob", value: "**" }], exclude: [] },
          tags: { include: isUntagged ? [] : tags.map((value) => ({ kind: "glob", value })), exclude: [] },
          state: isUntagged ? "untagged" : "tagged",
          kinds: "any",
        },
        when: [],
        schedule: { kind: "manual" },
        limits: {},
        allowLastArtifact: true,
        ...change,
      },
    });
    return id;
  }

  async start(...ruleIds: string[]): Promise<string> {
    return (await startReclaim(this.scope, { spaceId: this.spaceId, ruleIds })).id;
  }

  /** Executes a run in this process and answers it with its items that were to be moved. */
  async execute(runId: string, hooks: MoveHooks = {}) {
    await executeRun(runId, "a test", executorsWith(hooks), new AbortController().signal);
    return this.result(runId);
  }

  /**
   * As `execute`, by whoever takes a run over that a dead or cut-off worker left: its heartbeat is made old, as time would, and once more
   * where the database still did what that worker had last asked for.
   */
  async takeOver(runId: string) {
    for (const deadline = Date.now() + 30_000; ; ) {
      await prisma().run.updateMany({
        where: { id: runId, status: { notIn: ["queued", "awaiting_confirmation"] }, finishedAt: null },
        data: { heartbeatAt: new Date(0) },
      });
      const taken = await this.execute(runId);
      if (taken.run.finishedAt !== null || Date.now() > deadline) return taken;
    }
  }

  async result(runId: string) {
    const run = await getRun(this.scope, { runId });
    const { items } = await listRunItems(this.scope, { runId, action: "going", limit: 500 });
    return { run, items };
  }

  /** Moves images to the bin by their tags. */
  async recycle(...tags: string[]) {
    return this.execute(await this.start(await this.rule(tags)));
  }

  async entries() {
    return (await listBinEntries(this.scope, { spaceId: this.spaceId, limit: 100 })).items;
  }

  async restore(
    entryIds: readonly string[],
    onTagConflict: "keep_current" | "take_back" | "restore_as" = "keep_current",
  ) {
    const run = await startRestore(this.scope, { spaceId: this.spaceId, entryIds, onTagConflict });
    return this.execute(run.id);
  }

  pull(reference: string, repository = this.repository): Promise<SkopeoResult> {
    return skopeoPull({ registryUrl: this.world.registry.url, repository, reference });
  }

  /** HTTP status of a manifest in a repository. */
  async status(reference: string, repository = this.repository): Promise<number> {
    const accept = ["oci.image.manifest.v1", "oci.image.index.v1"].map((type) => `application/vnd.${type}+json`);
    const url = `${this.world.registry.url}/v2/${repository}/manifests/${reference}`;
    const response = await fetch(url, { headers: { Accept: accept.join(", ") } });
    await response.arrayBuffer();
    return response.status;
  }

  async tags(): Promise<string[]> {
    const response = await fetch(`${this.world.registry.url}/v2/${this.repository}/tags/list`);
    const body = (await response.json()) as { tags?: string[] | null };
    return (body.tags ?? []).sort();
  }

  get binRepository(): string {
    return `recyclebin/${this.spaceId.toLowerCase()}/${this.repository}`;
  }

  /** What the inventory has of the repository. */
  async inventory() {
    const where = { workspaceId: this.tenant.workspaceId };
    const manifests = await prisma().repositoryManifest.findMany({ where, orderBy: { digest: "asc" } });
    const tags = await prisma().tag.findMany({ where, orderBy: { name: "asc" } });
    return {
      manifests: manifests.map(({ digest, pushedAt }) => ({ digest, pushedAt: pushedAt.toISOString() })),
      tags: tags.map(({ name, digest }) => `${name}=${digest}`),
    };
  }

  /** Tags of the whole registry that could not be pulled; `isOwn`: of this space only. */
  broken({ isOwn = false } = {}): Record<string, string[]> {
    return verifyClosure(this.world.registry.storageRoot, isOwn ? path.dirname(this.repository) : "").broken;
  }
}
