import type { Artifact } from "@/domain/rules/facts";
import { groupBy } from "@/lib/group-by";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { requireSpace } from "@/server/spaces/require-space";
import { type FactReference, type FactRow, readFactReferences, readFactRows } from "./facts.store";
import { loadPinTexts } from "./load-pin-texts";

const CHART_CONFIG = "application/vnd.cncf.helm.config.v1+json";

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
  const facts: Artifact[] = [];
  for await (const rows of readFactRows(scope.workspaceId, space.id, repositoryName)) {
    const references = await readFactReferences(space.registryId, [...new Set(rows.map((row) => row.digest))]);
    const referencesOf = groupBy(references, (reference) => reference.manifestDigest);
    for (const row of rows) {
      const pinText = pinTextOf(row.repositoryName, row.digest);
      facts.push(artifactOf(row, referencesOf.get(row.digest) ?? [], pinText));
    }
  }
  return facts;
}

function artifactOf(row: FactRow, references: readonly FactReference[], pinText: string | null): Artifact {
  const blobs = references.filter((reference) => reference.role !== "child");
  return {
    repositoryName: row.repositoryName,
    digest: row.digest,
    kind: kindOf(row),
    mediaType: row.mediaType,
    tags: row.tags.map((tag) => ({ name: tag.name, ...pushOf(new Date(tag.pushedAt), tag.pushedAtSource) })),
    ...pushOf(row.pushedAt, row.pushedAtSource),
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

/** The API tells no push times: what a crawl over it found was there when it was first seen, and no order follows from that. */
function pushOf(at: Date, source: string): Pick<Artifact, "pushedAt" | "firstSeenAt"> {
  const time = at.getTime();
  return source === "crawl" ? { pushedAt: null, firstSeenAt: time } : { pushedAt: time };
}

function kindOf(row: FactRow): Artifact["kind"] {
  if (row.isUnreadable || row.kind === "unknown") return "unknown";
  if (row.kind === "index") return "index";
  if (row.artifactType === CHART_CONFIG) return "chart";
  return row.artifactType === null ? "image" : "other";
}
