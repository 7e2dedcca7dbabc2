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
import { createImagePusher } from "@/scripts/demo/push-image";

export interface PushedImage {
  repository: string;
  digest: string;
  tags: string[];
}

export interface PushOptions {
  registryUrl: string;
  username: string;
  password: string;
  /** Of the space. */
  prefix: string;
  repositories: number;
  imagesPerRepository: number;
}

const CREATED_AT = new Date("2026-01-01T00:00:00Z");
const AMD64 = { os: "linux", architecture: "amd64" };
const ARM64 = { os: "linux", architecture: "arm64" };

/**
 * Pushes small images as a user does: they share a base layer, every third is an index of two platforms, every fourth has
 * two tags, every fifth a signature and an SBOM. The same for the same prefix.
 */
export async function pushImages(options: PushOptions): Promise<PushedImage[]> {
  const pusher = createImagePusher(options);
  const base = await buildLayer("e2e-base", [{ path: "bin/sh", sizeBytes: 40_000 }]);
  const pushed: PushedImage[] = [];
  try {
    for (let r = 0; r < options.repositories; r++) {
      const repository = `${options.prefix}/app-${r}`;
      for (let i = 0; i < options.imagesPerRepository; i++) {
        const image = await build(`${repository}-${i}`, base, i % 3 === 2);
        const tags = i % 4 === 3 ? [`v${i}`, `also-${i}`] : [`v${i}`];
        for (const tag of tags) await pusher.push(repository, image, tag);
        pushed.push({ repository, digest: image.digest, tags });
        if (i % 5 !== 4) continue;
        const signature = buildSignature({ repository, signed: image, createdAt: CREATED_AT });
        await pusher.push(repository, signature, signatureTag(image.digest));
        await pusher.push(repository, buildSbom({ subject: image, packages: ["zlib"] }), null);
      }
    }
    return pushed;
  } finally {
    pusher.close();
  }
}

async function build(seed: string, base: ImageLayer, isIndex: boolean): Promise<BuiltImage> {
  const platforms = isIndex ? [AMD64, ARM64] : [AMD64];
  const children = await Promise.all(
    platforms.map(async (platform) => {
      const own = await buildLayer(`${seed}-${platform.architecture}`, [{ path: "app/server", sizeBytes: 20_000 }]);
      return { platform, image: buildImage({ layers: [base, own], platform, createdAt: CREATED_AT }) };
    }),
  );
  const [only] = children;
  return children.length === 1 && only ? only.image : buildIndex({ children });
}
