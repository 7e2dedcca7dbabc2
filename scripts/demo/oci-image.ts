import { createCipheriv, createHash } from "node:crypto";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { pack } from "tar-stream";

const compress = promisify(gzip);

const LAYER_TYPE = "application/vnd.oci.image.layer.v1.tar+gzip";
const CONFIG_TYPE = "application/vnd.oci.image.config.v1+json";
const MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json";
const INDEX_TYPE = "application/vnd.oci.image.index.v1+json";
const EMPTY_TYPE = "application/vnd.oci.empty.v1+json";
const BLOCK_BYTES = 4096;
/** One byte in so many is noise, so that a layer shrinks about as much as real ones do at their best. */
const NOISE_SHARE = 9;

export type ImageDescriptor = { mediaType: string; digest: string; size: number };

export type ImageBlob = ImageDescriptor & { content: Buffer };

export type ImageLayer = ImageBlob & {
  /** Of the tar before compression, as configs name it. */
  diffId: string;
  uncompressedBytes: number;
};

export type ImagePlatform = { os: string; architecture: string; variant?: string };

/** One manifest (`body`) with everything that has to be pushed for it: its own blobs, and children that come before it. */
export type BuiltImage = ImageDescriptor & {
  body: Buffer;
  blobs: ImageBlob[];
  children: BuiltImage[];
  uncompressedBytes: number;
};

export type LayerFile = { path: string; sizeBytes: number };

/** `sha256:<hex>` of bytes. */
export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

function blob(mediaType: string, content: Buffer): ImageBlob {
  return { mediaType, digest: digestOf(content), size: content.length, content };
}

function manifest(mediaType: string, body: Buffer): ImageDescriptor & { body: Buffer } {
  return { mediaType, digest: digestOf(body), size: body.length, body };
}

function descriptor({ mediaType, digest, size }: ImageDescriptor): ImageDescriptor {
  return { mediaType, digest, size };
}

const FILLER = Buffer.from(
  "export function handle(request, context) { const account = context.accounts.find(request.accountId); return reply(200, account); }\n",
);

/** Text-like bytes with a share of noise, the same for the same seed. */
function fileContent(seed: string, sizeBytes: number): Buffer {
  const key = createHash("sha256").update(seed).digest();
  const content = Buffer.alloc(sizeBytes, FILLER);
  const noisePerBlock = Math.floor(BLOCK_BYTES / NOISE_SHARE);
  const noise = createCipheriv("aes-256-ctr", key, Buffer.alloc(16)).update(
    Buffer.alloc(Math.ceil(sizeBytes / BLOCK_BYTES) * noisePerBlock),
  );
  for (let block = 0; block * BLOCK_BYTES < sizeBytes; block++) {
    noise.copy(content, block * BLOCK_BYTES, block * noisePerBlock, (block + 1) * noisePerBlock);
  }
  return content;
}

async function tar(seed: string, files: readonly LayerFile[]): Promise<Buffer> {
  const archive = pack();
  const chunks: Buffer[] = [];
  archive.on("data", (chunk) => chunks.push(chunk as Buffer));
  const ended = new Promise<void>((resolve, reject) => {
    archive.once("end", resolve);
    archive.once("error", reject);
  });
  for (const file of files) {
    const header = { name: file.path, size: file.sizeBytes, mode: 0o644, mtime: new Date(0) };
    archive.entry(header, fileContent(`${seed}/${file.path}`, file.sizeBytes));
  }
  archive.finalize();
  await ended;
  return Buffer.concat(chunks);
}

/** A real tar+gzip layer, the same bytes for the same seed and files. */
export async function buildLayer(seed: string, files: readonly LayerFile[]): Promise<ImageLayer> {
  const archive = await tar(seed, files);
  const content = await compress(archive, { level: 4 });
  return { ...blob(LAYER_TYPE, content), diffId: digestOf(archive), uncompressedBytes: archive.length };
}

/** An image of one platform. `createdAt` and `labels` go into its config, so they change the digest. */
export function buildImage(input: {
  layers: readonly ImageLayer[];
  platform?: ImagePlatform;
  createdAt: Date;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}): BuiltImage {
  const { layers, platform = { os: "linux", architecture: "amd64" }, createdAt, labels = {}, annotations } = input;
  const created = createdAt.toISOString();
  const config = blob(
    CONFIG_TYPE,
    Buffer.from(
      JSON.stringify({
        created,
        ...platform,
        config: { Env: ["PATH=/usr/local/bin:/usr/bin:/bin"], Cmd: ["/app/server"], Labels: labels },
        rootfs: { type: "layers", diff_ids: layers.map((layer) => layer.diffId) },
        history: layers.map((layer, index) => ({ created, created_by: `COPY layer ${index} # ${layer.size} bytes` })),
      }),
    ),
  );
  const body = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MANIFEST_TYPE,
      config: descriptor(config),
      layers: layers.map(descriptor),
      ...(annotations === undefined ? {} : { annotations }),
    }),
  );
  const uncompressedBytes = layers.reduce((sum, layer) => sum + layer.uncompressedBytes, 0);
  return { ...manifest(MANIFEST_TYPE, body), blobs: [...layers, config], children: [], uncompressedBytes };
}

/** An index over images (or other indexes), each with its platform. */
export function buildIndex(input: {
  children: readonly { image: BuiltImage; platform: ImagePlatform | null }[];
  annotations?: Record<string, string>;
}): BuiltImage {
  const body = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: INDEX_TYPE,
      manifests: input.children.map(({ image, platform }) => ({
        ...descriptor(image),
        ...(platform === null ? {} : { platform }),
      })),
      ...(input.annotations === undefined ? {} : { annotations: input.annotations }),
    }),
  );
  const children = input.children.map((child) => child.image);
  const uncompressedBytes = children.reduce((sum, child) => sum + child.uncompressedBytes, 0);
  return { ...manifest(INDEX_TYPE, body), blobs: [], children, uncompressedBytes };
}

/** The tag under which cosign keeps the signature of a digest. */
export function signatureTag(digest: string): string {
  return `${digest.replace(":", "-")}.sig`;
}

/** A signature as cosign writes it: a manifest of its own under `signatureTag`, bound to the image by name and payload alone. */
export function buildSignature(input: { repository: string; signed: ImageDescriptor; createdAt: Date }): BuiltImage {
  const { repository, signed, createdAt } = input;
  const payload = {
    critical: {
      identity: { "docker-reference": repository },
      image: { "docker-manifest-digest": signed.digest },
      type: "cosign container image signature",
    },
    optional: null,
  };
  const content = Buffer.from(JSON.stringify(payload));
  const layer = blob("application/vnd.dev.cosign.simplesigning.v1+json", content);
  const config = blob(
    CONFIG_TYPE,
    Buffer.from(
      JSON.stringify({
        architecture: "",
        os: "",
        created: createdAt.toISOString(),
        config: {},
        rootfs: { type: "layers", diff_ids: [layer.digest] },
      }),
    ),
  );
  const signature = createHash("sha512").update(content).digest("base64");
  const body = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MANIFEST_TYPE,
      config: descriptor(config),
      layers: [{ ...descriptor(layer), annotations: { "dev.cosignproject.cosign/signature": signature } }],
    }),
  );
  const uncompressedBytes = layer.size;
  return { ...manifest(MANIFEST_TYPE, body), blobs: [layer, config], children: [], uncompressedBytes };
}

/** An SBOM as OCI 1.1 attaches it: a manifest without a tag whose `subject` is the image. */
export function buildSbom(input: { subject: ImageDescriptor; packages: readonly string[] }): BuiltImage {
  const document = Buffer.from(
    JSON.stringify({
      spdxVersion: "SPDX-2.3",
      name: input.subject.digest,
      packages: input.packages.map((name) => ({ name, downloadLocation: "NOASSERTION" })),
    }),
  );
  const layer = blob("application/spdx+json", document);
  const config = blob(EMPTY_TYPE, Buffer.from("{}"));
  const body = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MANIFEST_TYPE,
      artifactType: "application/spdx+json",
      config: descriptor(config),
      layers: [descriptor(layer)],
      subject: descriptor(input.subject),
    }),
  );
  return { ...manifest(MANIFEST_TYPE, body), blobs: [layer, config], children: [], uncompressedBytes: layer.size };
}
