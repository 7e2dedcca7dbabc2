import { compareText } from "@/domain/rules/facts";
import type { BulkConnection } from "@/server/platform/db/bulk-connection";
import { listExemptions } from "./load-exemptions";
import { listPinTexts } from "./load-pin-texts";
import type { ImageNotes } from "./read-listed-repositories";
import { listRepositoryRows, type RepositoryRow } from "./repository-facts.store";

/** What readListedRepositories needs of a space: its repositories, in the order of their names, and what is known beside the inventory. */
export async function listRepositoriesToRead(
  db: BulkConnection,
  place: { workspaceId: string; spaceId: string },
): Promise<{ repositories: RepositoryRow[]; notes: ImageNotes }> {
  const [rows, pins, exemptions] = await Promise.all([
    listRepositoryRows(db, place),
    listPinTexts(place.spaceId),
    listExemptions(place.spaceId),
  ]);
  return { repositories: rows.sort((a, b) => compareText(a.name, b.name)), notes: { pins, exemptions } };
}
