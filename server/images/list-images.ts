import type { ImageDto } from "@/contracts/images";
import { cursorInteger, decodeCursor, encodeCursor } from "@/lib/cursor";
import { groupBy } from "@/lib/group-by";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { requireSpace } from "@/server/spaces/require-space";
import {
  countImages,
  type ImageMember,
  type ImageSort,
  listImageKeys,
  listMembers,
  measureImages,
} from "./image.store";

/** Images of a space, a page at a time. @throws AppError not_found */
export async function listImages(
  scope: WorkspaceScope,
  input: {
    spaceId: string;
    repository?: string | undefined;
    search?: string | undefined;
    state: "any" | "tagged" | "untagged";
    sort: ImageSort;
    cursor?: string | undefined;
    limit: number;
  },
): Promise<{ items: ImageDto[]; nextCursor: string | null; total: number }> {
  const space = await requireSpace(scope, input.spaceId);
  const offset = cursorInteger(decodeCursor(input.cursor)?.[0]) ?? 0;
  const filter = {
    workspaceId: scope.workspaceId,
    spaceId: space.id,
    repository: input.repository,
    search: input.search,
    state: input.state,
  };
  const [keys, total] = await Promise.all([
    listImageKeys(filter, input.sort, offset, input.limit + 1),
    countImages(filter),
  ]);
  const page = keys.slice(0, input.limit);
  const [members, bytes] = await Promise.all([
    listMembers(space.registryId, page),
    measureImages(space.registryId, page),
  ]);
  const membersOf = groupBy(members, (member) => `${member.repositoryId} ${member.top}`);
  const bytesOf = new Map(bytes.map((row) => [`${row.repositoryId} ${row.top}`, row]));
  return {
    items: page.flatMap((key) => {
      const id = `${key.repositoryId} ${key.digest}`;
      const measured = bytesOf.get(id);
      return imageDto(
        key.repositoryName,
        membersOf.get(id) ?? [],
        measured?.logicalBytes ?? 0,
        measured?.uniqueBytes ?? 0,
      );
    }),
    nextCursor: keys.length > input.limit ? encodeCursor([String(offset + input.limit)]) : null,
    total,
  };
}

function imageDto(
  repositoryName: string,
  members: readonly ImageMember[],
  logicalBytes: number,
  uniqueBytes: number,
): ImageDto[] {
  const top = members.find((member) => member.role === "top");
  if (!top) return [];
  const own = top.platform ? [{ platform: top.platform, digest: top.digest, isMissing: false }] : [];
  const children = members
    .filter((member) => member.role === "child" && member.kind !== "index")
    .map((child) => ({ platform: child.platform ?? "unknown", digest: child.digest, isMissing: !child.isPresent }));
  return [
    {
      repositoryName,
      digest: top.digest,
      mediaType: top.mediaType,
      kind: top.kind,
      artifactType: top.artifactType,
      tags: top.tags,
      platforms: top.kind === "index" ? children : own,
      referrers: members
        .filter((member) => member.role === "referrer")
        .map((member) => ({ digest: member.digest, artifactType: member.artifactType, tag: member.tags[0] ?? null })),
      logicalBytes,
      uniqueBytes,
      pushedAt: top.pushedAt.toISOString(),
      isPushTimeBackdated: top.pushedAtSource === "demo",
      lastPulledAt: top.lastPulledAt?.toISOString() ?? null,
      untaggedSince: top.untaggedSince?.toISOString() ?? null,
    },
  ];
}
