import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { MEDIA_TYPES } from "@/domain/images/parse-manifest";

export type Described = {
  digest: string;
  size: number;
  mediaType: string;
  platform?: { os: string; architecture: string };
};

export function sha256Of(bytes: Uint8Array | string): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

/**
 * Writes files as the registry's filesystem driver does, below `<root>/docker/registry/v2`. It keeps no rules: a test may write
 * whatever a crash, a bug or a person could leave.
 */
export class StorageTree {
  readonly base: string;
  readonly #made = new Set<string>();

  constructor(readonly root: string) {
    this.base = path.join(root, "docker/registry/v2");
    this.directory("blobs/sha256");
    this.directory("repositories");
  }

  /** Makes a directory and its parents; `relative` is below `docker/registry/v2`. */
  directory(relative: string): void {
    if (this.#made.has(relative)) return;
    fs.mkdirSync(path.join(this.base, relative), { recursive: true });
    this.#made.add(relative);
  }

  /** Writes a file; with `apparentSize`, a sparse one of that size. */
  file(relative: string, content: Uint8Array | string, apparentSize?: number): void {
    this.directory(path.dirname(relative));
    const absolute = path.join(this.base, relative);
    fs.writeFileSync(absolute, content);
    if (apparentSize !== undefined) fs.truncateSync(absolute, apparentSize);
  }

  exists(relative: string): boolean {
    return fs.existsSync(path.join(this.base, relative));
  }

  remove(relative: string): void {
    fs.rmSync(path.join(this.base, relative), { recursive: true });
    this.#made.clear();
  }

  blobPath(digest: string): string {
    const hex = digest.slice(digest.indexOf(":") + 1);
    return `blobs/sha256/${hex.slice(0, 2)}/${hex}/data`;
  }

  /** Stores bytes under their digest, or (for a sparse label) under the one given. */
  blob(content: Uint8Array | string, label?: { digest: string; size: number }): string {
    const digest = label?.digest ?? sha256Of(content);
    this.file(this.blobPath(digest), content, label?.size);
    return digest;
  }

  hasBlob(digest: string): boolean {
    return this.exists(this.blobPath(digest));
  }

  json(value: unknown): { digest: string; size: number } {
    const body = JSON.stringify(value, null, 3);
    return { digest: this.blob(body), size: Buffer.byteLength(body) };
  }

  layerLink(repository: string, digest: string, content: string = digest): void {
    this.file(`repositories/${repository}/_layers/${digest.replace(":", "/")}/link`, content);
  }

  hasLayerLink(repository: string, digest: string): boolean {
    return this.exists(`repositories/${repository}/_layers/${digest.replace(":", "/")}/link`);
  }

  revisionDirectory(repository: string, digest: string): string {
    return `repositories/${repository}/_manifests/revisions/${digest.replace(":", "/")}`;
  }

  revision(repository: string, digest: string, content: string = digest): void {
    this.file(`${this.revisionDirectory(repository, digest)}/link`, content);
  }

  hasRevision(repository: string, digest: string): boolean {
    return this.exists(`${this.revisionDirectory(repository, digest)}/link`);
  }

  /** What `DELETE /manifests/<digest>` leaves: the directory without its link. */
  deletedRevision(repository: string, digest: string): void {
    fs.rmSync(path.join(this.base, this.revisionDirectory(repository, digest), "link"), { force: true });
    this.directory(this.revisionDirectory(repository, digest));
  }

  tag(repository: string, tag: string, digest: string, history: readonly string[] = []): void {
    const tagPath = `repositories/${repository}/_manifests/tags/${tag}`;
    for (const past of [...history, digest]) this.file(`${tagPath}/index/${past.replace(":", "/")}/link`, past);
    this.file(`${tagPath}/current/link`, digest);
  }

  /** A layer of its own content, stored and linked. */
  layer(repository: string, content: Uint8Array | string): Described {
    const digest = this.blob(content);
    this.layerLink(repository, digest);
    return { digest, size: Buffer.byteLength(content), mediaType: "application/vnd.oci.image.layer.v1.tar+gzip" };
  }

  /** An image with config and layers, pushed to the repository (a revision, not a tag). `name` makes its bytes its own. */
  image(
    repository: string,
    name: string,
    options: { layers?: Described[]; subject?: Described; isDocker?: boolean; extra?: object } = {},
  ): Described & { layers: Described[]; config: string } {
    const layers = options.layers ?? [this.layer(repository, `layer of ${name}`)];
    const config = this.json({ architecture: "amd64", os: "linux", config: { Labels: { name } } });
    this.layerLink(repository, config.digest);
    for (const layer of layers) this.layerLink(repository, layer.digest);
    const mediaType = options.isDocker ? MEDIA_TYPES.dockerManifest : MEDIA_TYPES.ociManifest;
    const manifest = this.json({
      schemaVersion: 2,
      mediaType,
      config: { mediaType: "application/vnd.oci.image.config.v1+json", ...config },
      layers,
      ...(options.subject ? { subject: options.subject } : {}),
      ...options.extra,
    });
    this.revision(repository, manifest.digest);
    return { ...manifest, mediaType, layers, config: config.digest };
  }

  /** An index of children, pushed to the repository. */
  index(repository: string, children: readonly Described[], isDocker = false): Described {
    const mediaType = isDocker ? MEDIA_TYPES.dockerList : MEDIA_TYPES.ociIndex;
    const manifests = children.map(({ digest, size, mediaType: type, platform }) => ({
      mediaType: type,
      size,
      digest,
      platform,
    }));
    const index = this.json({ schemaVersion: 2, mediaType, manifests });
    this.revision(repository, index.digest);
    return { ...index, mediaType };
  }
}
