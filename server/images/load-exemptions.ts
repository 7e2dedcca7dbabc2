import type { Exemption } from "@/domain/rules/facts";
import { groupBy } from "@/lib/group-by";
import { type ExemptionRow, listExemptionRows } from "./exemption.store";

/** Which rules leave images of a space alone because they were restored, or of one repository of it. Asked by repository and digest. */
export async function loadExemptions(
  spaceId: string,
  repositoryName: string | null = null,
): Promise<(repositoryName: string, digest: string) => readonly Exemption[] | undefined> {
  const exemptions = await listExemptions(spaceId, repositoryName);
  return (name, digest) => exemptions.get(`${name}@${digest}`);
}

/** The same, by `repository@digest`. */
export async function listExemptions(
  spaceId: string,
  repositoryName: string | null = null,
): Promise<ReadonlyMap<string, readonly Exemption[]>> {
  const rows = await listExemptionRows(spaceId, repositoryName);
  const found = groupBy(rows, (row) => `${row.repositoryName}@${row.digest}`);
  return new Map(
    [...found].map(([image, own]) => [
      image,
      own.flatMap((row) =>
        revisionsOf(row).map((revision) => ({
          ruleId: row.ruleId,
          revision,
          who: row.restoredByName,
          atMs: row.restoredAt.getTime(),
        })),
      ),
    ]),
  );
}

/** The one that took it, which a run may have been planned with, and the one of now where it says the same. */
function revisionsOf({ ruleRevision, currentRevision }: ExemptionRow): number[] {
  return currentRevision === null || currentRevision === ruleRevision
    ? [ruleRevision]
    : [ruleRevision, currentRevision];
}
