import type { Artifact } from "@/domain/rules/facts";
import { loadExemptions } from "./load-exemptions";
import { loadPinTexts } from "./load-pin-texts";
import { artifactOf } from "./load-space-facts";
import {
  findFactsRepository,
  readAllBeyond,
  readComponent,
  readNeighbourRows,
  readStrangers,
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
  /** Those of these digests that the inventory does not know in the repository. */
  strangersAmong(digests: readonly string[]): Promise<string[]>;
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
    strangersAmong: async (digests) => (repository === null ? [...digests] : readStrangers(repository.id, digests)),
    async around(digests) {
      if (repository === null) return [];
      const component = await readComponent(repository, [...new Set(digests)]);
      let rows = await readNeighbourRows(repository, component);
      const own = new Set(component);
      if (rows.every((row) => own.has(row.digest))) {
        // No image is beside them. What is there all the same (things that refer to themselves, or in circles) only all of it can tell.
        const all = await readAllBeyond(repository.id, component);
        if (all.length > 0) rows = await readNeighbourRows(repository, all);
      }
      return rows.map((row): Artifact => {
        const fact = artifactOf(row, [], pinTextOf(repositoryName, row.digest));
        return { ...fact, exemptFrom: exemptionsOf(repositoryName, row.digest), children: row.children, blobs: [] };
      });
    },
  };
}
