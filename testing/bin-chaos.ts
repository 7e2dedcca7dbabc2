import { type BuiltImage, signatureTag } from "@/scripts/demo/oci-image";
import { createImagePusher } from "@/scripts/demo/push-image";
import { RunStopped } from "@/server/history/run-context";
import { prisma } from "@/server/platform/db/prisma";
import { startRecycle } from "@/server/reclaim/start-recycle";
import { startPurge } from "@/server/recycle-bin/start-purge";
import { startRestore } from "@/server/recycle-bin/start-restore";
import { lookAfterBin } from "@/testing/look-after-bin";
import { BinSpace, type BinWorld } from "./bin-world";
import { collectTree } from "./storage/collect";
import { Random } from "./storage/random";
import { closureProblems, verifyClosure } from "./storage/verify-closure";

const TAGS = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
/** So many pushes come first: an empty repository teaches nothing. */
const PUSHES_FIRST = 8;
const CHOICES = ["keep_current", "take_back", "restore_as"] as const;
/** Steps of a run before one of which its worker goes away; beyond, it gets through. */
const KILL_WITHIN = 12;
const TRACED = 40;

/** What a random walk through the bin did, for the message of whoever finds something broken. */
export interface ChaosReport {
  operations: number;
  kills: number;
  byKind: Record<string, number>;
  images: number;
  problems: string[];
  /** What was done last, of which runs, and where their workers died. */
  trace: string[];
}

/**
 * Pushes, recycles, restores, purges and collects at random in one repository, workers dying in the middle, and checks after each operation
 * that nothing is lost: every image that was pushed and never purged is whole in its repository or in the bin, every tag can be pulled, every
 * entry is whole. The same seed does the same. Stops at the first problem.
 */
export async function walkThroughBin(
  world: BinWorld,
  options: { seed: number; operations: number },
): Promise<ChaosReport> {
  const walk = new Walk(await BinSpace.create(world), new Random(options.seed));
  for (let at = 0; at < options.operations && walk.report.problems.length === 0; at++) await walk.step();
  await walk.end();
  return walk.report;
}

class Walk {
  readonly report: ChaosReport = { operations: 0, kills: 0, byKind: {}, images: 0, problems: [], trace: [] };
  readonly #images: BuiltImage[] = [];
  /** Digests of images that must be somewhere. */
  readonly #owed = new Set<string>();
  readonly #name: string;

  constructor(
    private readonly space: BinSpace,
    private readonly random: Random,
  ) {
    this.#name = space.tenant.scope.workspaceId;
  }

  async step(): Promise<void> {
    const kinds = [
      ...Array<() => Promise<void>>(6).fill(() => this.#push()),
      ...Array<() => Promise<void>>(4).fill(() => this.#recycle()),
      ...Array<() => Promise<void>>(4).fill(() => this.#restore()),
      () => this.#purge(),
      () => this.#collect(),
    ];
    await (this.report.operations < PUSHES_FIRST ? this.#push() : this.#pick(kinds)?.());
    this.report.operations++;
    this.#check();
  }

  /** What is left over by workers that died is given back, and then everything is looked at once more. */
  async end(): Promise<void> {
    await lookAfterBin(new Date());
    this.#check();
    const { workspaceId } = this.space.tenant;
    const unended = await prisma().binEntry.findMany({
      where: { workspaceId, state: { in: ["recycling", "restoring", "purging"] } },
    });
    for (const entry of unended) this.#problem(`entry ${entry.id} is left ${entry.state}`);
  }

  #pick<T>(from: readonly T[]): T | undefined {
    return from[this.random.between(0, from.length - 1)];
  }

  #some<T>(from: readonly T[]): T[] {
    const picked = from.filter(() => this.random.chance(0.3));
    const one = this.#pick(from);
    return picked.length === 0 && one !== undefined ? [one] : picked;
  }

  #nameOf(digest: string): string {
    const at = this.#images.findIndex((image) => image.digest === digest);
    const children = this.#images[at]?.children.map((child) =>
      this.#images.findIndex((one) => one.digest === child.digest),
    );
    return children === undefined || children.length === 0
      ? `#${at}`
      : `#${at} (of ${children.map((child) => `#${child}`)})`;
  }

  #trace(text: string): void {
    this.report.trace.push(`${this.report.operations} ${text}`);
    if (this.report.trace.length > TRACED) this.report.trace.shift();
  }

  #count(kind: string): void {
    this.report.byKind[kind] = (this.report.byKind[kind] ?? 0) + 1;
  }

  async #push(): Promise<void> {
    this.#count("push");
    const again = this.#images.length > 3 && this.random.chance(0.4) ? this.#pick(this.#images) : undefined;
    const image = again ?? (await this.#build());
    const tag = this.#pick(TAGS) ?? "a";
    // One that remembers what it pushed would leave out what a collection has taken since.
    const pusher = createImagePusher({ registryUrl: this.space.world.registry.url, username: null, password: null });
    await pusher.push(this.space.repository, image, tag);
    if (this.random.chance(0.2))
      await pusher.push(this.space.repository, this.space.signature(image), signatureTag(image.digest));
    pusher.close();
    // The registry would have told of it by a notification.
    await this.space.crawl();
    if (again === undefined) this.#images.push(image);
    this.#trace(`push ${this.#nameOf(image.digest)} ${tag}`);
    this.#owed.add(image.digest);
    this.report.images = this.#images.length;
  }

  async #build(): Promise<BuiltImage> {
    const seed = `${this.#name}-${this.#images.length}`;
    if (this.random.chance(0.5)) return this.space.image(seed);
    // Indexes share children with others.
    const plain = this.#images.filter((image) => image.children.length === 0);
    const child = this.#pick(plain) ?? (await this.space.image(`${seed}-first`));
    return this.space.index(seed, [child, await this.space.image(`${seed}-own`)]);
  }

  async #recycle(): Promise<void> {
    await this.space.crawl();
    const images = await prisma().image.findMany({
      where: { workspaceId: this.space.tenant.workspaceId },
      orderBy: { digest: "asc" },
    });
    // By the order in which they were made: digests differ from run to run.
    const known = this.#images.filter((one) => images.some((image) => image.digest === one.digest));
    if (known.length === 0) return;
    this.#count("recycle");
    const chosen = this.#some(known).map(({ digest }) => ({ repositoryName: this.space.repository, digest }));
    const { spaceId } = this.space;
    const run = await startRecycle(this.space.scope, { spaceId, selection: { images: chosen } });
    await this.#execute(run.id);
  }

  async #restore(): Promise<void> {
    const entryIds = this.#some(await this.#held());
    if (entryIds.length === 0) return;
    this.#count("restore");
    const onTagConflict = this.#pick(CHOICES) ?? "keep_current";
    const run = await startRestore(this.space.scope, { spaceId: this.space.spaceId, entryIds, onTagConflict });
    await this.#execute(run.id);
  }

  async #purge(): Promise<void> {
    const entryIds = this.#some(await this.#held());
    if (entryIds.length === 0) return;
    this.#count("purge");
    const entries = await prisma().binEntry.findMany({ where: { id: { in: entryIds } }, include: { manifests: true } });
    const { name } = await prisma().space.findUniqueOrThrow({ where: { id: this.space.spaceId } });
    const run = await startPurge(this.space.scope, { spaceId: this.space.spaceId, entryIds, typedName: name });
    await this.#execute(run.id);
    // Whoever else has it, in the repository or the bin, still must.
    for (const { digest } of entries.flatMap((entry) => entry.manifests)) {
      const isElsewhere = [this.space.repository, this.space.binRepository].some(
        (repository) => this.#problemsAt(repository, digest).length === 0,
      );
      if (!isElsewhere) this.#owed.delete(digest);
    }
  }

  /** A collection of ours: what nothing refers to goes. */
  async #collect(): Promise<void> {
    this.#count("collect");
    await collectTree(this.space.world.registry.storageRoot, { deleteUntagged: false });
  }

  async #held(): Promise<string[]> {
    const entries = await prisma().binEntry.findMany({
      where: { spaceId: this.space.spaceId, state: "held" },
      orderBy: { id: "asc" },
      select: { id: true },
    });
    return entries.map((entry) => entry.id);
  }

  /** Its worker goes away before a step, and before one again; the next one ends it. */
  async #execute(runId: string): Promise<void> {
    while (this.random.chance(0.5)) {
      let left = this.random.between(1, KILL_WITHIN);
      let diedAt = "";
      const ended = await this.space.execute(runId, {
        beforeStep: ({ action, ordinal, step }) => {
          if (--left > 0) return;
          diedAt ||= `${action} ${ordinal} ${step}`;
          throw new RunStopped("shutdown");
        },
      });
      this.#trace(`died before ${diedAt || "nothing"}`);
      if (ended.run.finishedAt !== null) break;
      this.report.kills++;
    }
    const { run, items } = await this.space.execute(runId);
    for (const item of items) {
      const name = this.#nameOf(item.digest);
      this.#trace(
        `${item.action} ${name} [${item.tags.map((tag) => tag.slice(0, 12))}] ${item.state} ${item.error ?? ""}`,
      );
    }
    if (run.status === "running" || run.status === "queued")
      this.#problem(`run ${run.kind} did not end: ${run.status}`);
    if (run.status === "failed") this.#problem(`run ${run.kind} failed: ${JSON.stringify(run.error)}`);
  }

  #check(): void {
    const { registry } = this.space.world;
    for (const [name, missing] of Object.entries(verifyClosure(registry.storageRoot).broken)) {
      if (name.startsWith(this.space.repository)) this.#problem(`${name} cannot be pulled: ${missing.join(", ")}`);
    }
    for (const digest of this.#owed) {
      const places = [this.space.repository, this.space.binRepository];
      const found = places.map((repository) => this.#problemsAt(repository, digest));
      if (found.every((problems) => problems.length > 0))
        this.#problem(`${this.#nameOf(digest)} ${digest} is lost: ${found.flat().join(", ")}`);
    }
  }

  #problemsAt(repository: string, digest: string): string[] {
    return closureProblems(this.space.world.registry.storageRoot, repository, digest);
  }

  #problem(text: string): void {
    this.report.problems.push(`operation ${this.report.operations}: ${text}`);
  }
}
