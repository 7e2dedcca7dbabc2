import { createHash } from "node:crypto";
import type { Described } from "@/testing/storage/storage-tree";
import { StorageTree } from "@/testing/storage/storage-tree";

/** Images by the group of their tags: `<group>-<n>` in each repository. */
export interface MovesTree {
  repositories: string[];
  images: number;
  layersPerImage: number;
}

const BASE_LAYERS = 5;
const OWN_LAYERS = 4;
/** How often one of a repository's own layers differs from the image before. */
const CHURN_EVERY = 5;
const LAYER_BYTES = 2_000;

/**
 * Writes images of ten layers each, as builds leave them: five of a base image that several repositories share, four of the
 * repository, which change now and then, one of the image. Every layer has bytes of its own digest.
 */
export function writeMovesTree(
  storageRoot: string,
  shape: { prefix: string; repositories: number; groups: Readonly<Record<string, number>> },
): MovesTree {
  const tree = new StorageTree(storageRoot);
  const repositories = Array.from({ length: shape.repositories }, (_, at) => `${shape.prefix}/app-${at}`);
  let images = 0;
  for (const [at, repository] of repositories.entries()) {
    const layer = (name: string) => tree.layer(repository, layerBytes(name));
    const base = Array.from({ length: BASE_LAYERS }, (_, i) => layer(`base/${at % 3}/${i}`));
    const own: Described[] = Array.from({ length: OWN_LAYERS }, (_, i) => layer(`${repository}/own/${i}`));
    for (const [group, count] of Object.entries(shape.groups)) {
      for (let n = 0; n < count; n++) {
        const name = `${group}-${n}`;
        const changed = n % CHURN_EVERY === 0 ? Math.floor(n / CHURN_EVERY) % OWN_LAYERS : null;
        if (changed !== null) own[changed] = layer(`${repository}/${name}/own`);
        const layers = [...base, ...own, layer(`${repository}/${name}`)];
        const image = tree.image(repository, `${repository}:${name}`, { layers });
        tree.tag(repository, name, image.digest);
        images++;
      }
    }
    tree.directory(`repositories/${repository}/_uploads`);
  }
  return { repositories, images, layersPerImage: BASE_LAYERS + OWN_LAYERS + 1 };
}

function layerBytes(name: string): Buffer {
  const block = createHash("sha256").update(name).digest();
  return Buffer.alloc(LAYER_BYTES, block);
}
