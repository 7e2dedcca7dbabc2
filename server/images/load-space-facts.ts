import type { Artifact } from "@/domain/rules/facts";
import { groupBy } from "@/lib/group-by";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { requireSpace } from "@/server/spaces/require-space";
import { artifactKind, pushFacts } from "./artifact-facts";
import { type FactReference, type FactRow, readFactReferences, readFactRows } from "./facts.store";
import { loadExemptions } from "./load-exemptions";
import { loadPinTexts } from "./load-pin-texts";

/**
 * The facts of every manifest of a space, for planning, or of one repository of it, for looking again right before a move:
 * what the inventory knows, unknown as null.
 * @throws AppError not_found
 */
export async function loadSpaceFacts(
  scope: WorkspaceScope,
  spaceId: string,
  repositoryName?: string,
): Promise<Artifact[]> {
  const space = await requireSpace(scope, spaceId);
  const pinTextOf = await loadPinTexts(space.id, repositoryName);
  const exemptionsOf = await loadExemptions(space.id, repositoryName);
  const facts: Artifact[] = [];
  for await (const rows of readFactRows(scope.workspaceId, space.id, repositoryName)) {
    const references = await readFactReferences(space.registryId, [...new Set(rows.map((row) => row.digest))]);
    const referencesOf = groupBy(references, (reference) => reference.manifestDigest);
    for (const row of rows) {
      const pinText = pinTextOf(row.repositoryName, row.digest);
      const exemptFrom = exemptionsOf(row.repositoryName, row.digest);
      facts.push({ ...artifactOf(row, referencesOf.get(row.digest) ?? [], pinText), exemptFrom });
    }
  }
  return facts;
}

/** What the inventory knows of a manifest, as rules see it; unknown as null. */
export function artifactOf(row: FactRow, references: readonly FactReference[], pinText: string | null): Artifact {
  const blobs = references.filter((reference) => reference.role !== "child");
  return {
    repositoryName: row.repositoryName,
    digest: row.digest,
    kind: artifactKind(row),
    mediaType: row.mediaType,
    tags: row.tags.map((tag) => ({
      name: tag.name,
      ...pushFacts(new Date(tag.pushedAt).getTime(), tag.pushedAtSource),
    })),
    ...pushFacts(row.pushedAt.getTime(), row.pushedAtSource),
    lastPulledAt: row.lastPulledAt?.getTime() ?? null,
    createdAt: row.imageCreatedAt?.getTime() ?? null,
    untaggedSince: row.untaggedSince?.getTime() ?? null,
    isPinned: pinText !== null,
    pinText,
    // Immutable tags and cluster use are not recorded yet, and no rule may think otherwise.
    immutableTags: [],
    inUseBy: [],
    children: references.filter((reference) => reference.role === "child").map((reference) => reference.digest),
    subject: row.subject,
    missingChildren: 0,
    isUnreadable: row.isUnreadable,
    blobs: [
      { digest: row.digest, sizeBytes: row.manifestBytes },
      ...blobs.map((blob) => ({ digest: blob.digest, sizeBytes: Number(blob.sizeBytes) })),
    ],
  };
}
