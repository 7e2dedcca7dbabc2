import type { FoundCandidates } from "./find-candidates";
import type { StorageScan } from "./scan-storage";

const WITNESSES = 4;
const TRIES_MAX = 64;

/** Some blobs that are there and stay: whoever does not see them does not see this storage. Empty where nothing is kept. */
export async function witnessesOf({ graph, view }: StorageScan, { mark }: FoundCandidates): Promise<string[]> {
  const witnesses: string[] = [];
  const { storedBlobs } = graph;
  let tries = 0;
  for (let i = 0; i < storedBlobs.length && witnesses.length < WITNESSES && tries < TRIES_MAX; i++) {
    const id = storedBlobs.at(i);
    if (!mark.kept.has(id)) continue;
    tries++;
    const digest = graph.digests.digestOf(id);
    if ((await view.statBlob(digest)) !== null) witnesses.push(digest);
  }
  return witnesses;
}
