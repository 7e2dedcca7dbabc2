import { subjectsOf } from "@/domain/images/subjects-of";
import type { Artifact } from "@/domain/rules/facts";
import type { BulkConnection } from "@/server/platform/db/bulk-connection";
import { listHolders } from "./repository-facts.store";

/** By repository id: subjects of its artifacts that it lacks itself and another repository of the registry has. */
export async function listSubjectsElsewhere(
  db: BulkConnection,
  registryId: string,
  repositories: ReadonlyMap<string, { artifacts: readonly Artifact[] }>,
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const absentOf = new Map<string, Set<string>>();
  for (const [id, { artifacts }] of repositories) {
    const subjects = new Set(artifacts.flatMap(subjectsOf));
    if (subjects.size === 0) continue;
    for (const { digest } of artifacts) subjects.delete(digest);
    if (subjects.size > 0) absentOf.set(id, subjects);
  }
  if (absentOf.size === 0) return new Map();
  const asked = new Set([...absentOf.values()].flatMap((digests) => [...digests]));
  const holders = await listHolders(db, registryId, [...asked]);
  const held = new Set(holders.map((holder) => holder.digest));
  // A repository that has one itself does not ask for it: whoever holds one of these is another.
  return new Map(
    [...absentOf].map(([id, digests]) => [id, new Set([...digests].filter((digest) => held.has(digest)))]),
  );
}
