import type { Exemption } from "@/domain/rules/facts";
import { groupBy } from "@/lib/group-by";
import { listExemptionRows } from "./exemption.store";

/** Which rules leave images of a space alone because they were restored, or of one repository of it. Asked by repository and digest. */
export async function loadExemptions(
  spaceId: string,
  repositoryName: string | null = null,
): Promise<(repositoryName: string, digest: string) => readonly Exemption[] | undefined> {
  const rows = await listExemptionRows(spaceId, repositoryName);
  const exemptions = groupBy(rows, (row) => `${row.repositoryName}@${row.digest}`);
  return (name, digest) =>
    exemptions.get(`${name}@${digest}`)?.map((row) => ({
      ruleId: row.ruleId,
      revision: row.ruleRevision,
      who: row.restoredByName,
      atMs: row.restoredAt.getTime(),
    }));
}
