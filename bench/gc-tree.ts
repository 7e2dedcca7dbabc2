import { execFile } from "node:child_process";
import { existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { markTree } from "@/testing/storage/collect";
import { type GeneratedTree, generateStorage } from "@/testing/storage/generate-storage";

const execute = promisify(execFile);
const REGISTRY = "/usr/bin/docker-registry";

/** A generated tree that can be collected again and again: whatever a collection takes away is put back from an archive. */
export class BenchTree {
  private constructor(
    readonly name: string,
    readonly tree: GeneratedTree,
    private readonly folder: string,
  ) {}

  static async generate(
    folder: string,
    name: string,
    shape: { repositories: number; tagsPerRepository: number; seed: number },
  ): Promise<BenchTree> {
    const bench = new BenchTree(name, generateStorage(path.join(folder, name), shape), folder);
    writeFileSync(bench.#config, registryConfig(bench.tree.root));
    return bench;
  }

  /** Archives all that a collection with this policy removes, by us or by others. */
  async archive(deleteUntagged: boolean): Promise<void> {
    const { root } = this.tree;
    const { found, scan } = await markTree(root, { deleteUntagged });
    const below = (digest: string) => digest.replace(":", "/");
    const files: string[] = [];
    for (const { kind, repositoryName, tag, digest } of found.list) {
      const manifests = `repositories/${repositoryName}/_manifests`;
      if (kind === "blob") files.push(`blobs/sha256/${digest.slice(7, 9)}/${digest.slice(7)}`);
      else if (kind === "revision") files.push(`${manifests}/revisions/${below(digest)}`);
      else if (kind === "tag_index") files.push(`${manifests}/tags/${tag}/index/${below(digest)}`);
      else files.push(`repositories/${repositoryName}/_layers/${below(digest)}`);
    }
    for (const { repository, digest } of scan.emptyRevisionDirectories)
      files.push(`repositories/${repository}/_manifests/revisions/${below(digest)}`);
    writeFileSync(this.#list, `${files.join("\n")}\n`);
    await execute("tar", ["-cSf", this.#archive, "-C", this.#base, "-T", this.#list]);
  }

  /** Puts back what is missing, and has the disk write it down, so that the next collection does not wait for that. */
  async restore(): Promise<void> {
    await execute("tar", ["-xSf", this.#archive, "-C", this.#base]);
    await execute("sync", ["-f", this.#base]);
  }

  /** `rm -rf` of all that was archived, which is what a collection removes: what the disk takes for it. In ms. */
  async removeWithRm(processes: number): Promise<number> {
    const startedAt = performance.now();
    await execute("xargs", ["-a", this.#list, "-P", `${processes}`, "-n", "500", "rm", "-rf"], { cwd: this.#base });
    return performance.now() - startedAt;
  }

  /** Reads where all that was archived lies, as a collection has before it removes: `rm` finds it in memory, too. */
  async lookAtGarbage(): Promise<void> {
    await execute("sh", ["-c", 'xargs -a "$0" du -s > /dev/null', this.#list], { cwd: this.#base });
  }

  blobsOnDisk(): number {
    const blobs = path.join(this.#base, "blobs/sha256");
    return readdirSync(blobs).reduce((sum, shard) => sum + readdirSync(path.join(blobs, shard)).length, 0);
  }

  /** What the registry's own collector takes, and the longest that this may last, in ms. @throws where it fails */
  async collectWithRegistry(options: { isDryRun: boolean; deleteUntagged: boolean }): Promise<number> {
    const output = path.join(this.folder, `${this.name}.out`);
    const flags = [
      ...(options.isDryRun ? ["--dry-run"] : []),
      ...(options.deleteUntagged ? ["--delete-untagged"] : []),
    ];
    const startedAt = performance.now();
    await execute("sh", ["-c", 'exec "$0" garbage-collect "$@" > "$OUTPUT" 2>&1', REGISTRY, ...flags, this.#config], {
      env: { ...process.env, OUTPUT: output },
    });
    const ms = performance.now() - startedAt;
    if (statSync(output).size === 0) throw new Error("the registry's collector said nothing");
    return ms;
  }

  static get hasRegistry(): boolean {
    return existsSync(REGISTRY);
  }

  get #base(): string {
    return path.join(this.tree.root, "docker/registry/v2");
  }

  get #config(): string {
    return path.join(this.folder, `${this.name}.json`);
  }

  get #list(): string {
    return path.join(this.folder, `${this.name}.list`);
  }

  get #archive(): string {
    return path.join(this.folder, `${this.name}.tar`);
  }
}

function registryConfig(root: string): string {
  const storage = { filesystem: { rootdirectory: root }, delete: { enabled: true } };
  return JSON.stringify({ version: 0.1, log: { level: "info" }, storage });
}
