import type { Artifact } from "@/domain/rules/facts";
import { groupBy } from "@/lib/group-by";
import { loadExemptions } from "./load-exemptions";
import { loadPinTexts } from "./load-pin-texts";
import { artifactOf } from "./load-space-facts";
import {
  findFactsRepository,
  readBystanders,
  readChildren,
  readComponent,
  readFactRowsOf,
  readTagTargets,
} from "./neighbour-facts.store";

/** What may be asked of a repository's facts around some images. */
export interface NeighbourFacts {
  /** tag → digest as the inventory has it, of all tags */
  tagTargets: ReadonlyMap<string, string>;
  /**
   * The facts of these digests, of all that hangs together with them, and of what decides over everything else: one image beside them (they
   * are not the last then), and one manifest that cannot be understood. Blobs are left out. What the inventory does not hold is not there.
   */
  around(digests: Iterable<string>): Promise<Artifact[]>;
  pinTextOf(digest: string): string | null;
}

/** Reads the facts of a few images without reading their whole repository, which would cost its square over a run. */
export async function loadNeighbourFacts(place: {
  workspaceId: string;
  spaceId: string;
  repositoryName: string;
}): Promise<NeighbourFacts> {
  const { workspaceId, spaceId, repositoryName } = place;
  const [repository, pinTextOf, exemptionsOf] = await Promise.all([
    findFactsRepository(workspaceId, spaceId, repositoryName),
    loadPinTexts(spaceId, repositoryName),
    loadExemptions(spaceId, repositoryName),
  ]);
  return {
    tagTargets: repository === null ? new Map() : await readTagTargets(repository.id),
    pinTextOf: (digest) => pinTextOf(repositoryName, digest),
    async around(digests) {
      if (repository === null) return [];
      const component = await readComponent(repository, [...new Set(digests)]);
      const wanted = [...new Set([...component, ...(await readBystanders(repository, component))])];
      const [rows, children] = await Promise.all([
        readFactRowsOf(repository.id, wanted),
        readChildren(repository.registryId, wanted),
      ]);
      const childrenOf = groupBy(children, (child) => child.manifestDigest);
      return rows.map((row) => {
        const listed = (childrenOf.get(row.digest) ?? []).map((child) => ({ ...child, role: "child", sizeBytes: 0n }));
        const exemptFrom = exemptionsOf(repositoryName, row.digest);
        return { ...artifactOf(row, listed, pinTextOf(repositoryName, row.digest)), exemptFrom, blobs: [] };
      });
    },
  };
}
