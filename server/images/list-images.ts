import type { ImageDto, ImageFilterDto } from "@/contracts/images";
import { cursorDate, decodeCursor, encodeCursor } from "@/lib/cursor";
import { groupBy } from "@/lib/group-by";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { requireReadableSpace } from "@/server/spaces/require-readable-space";
import {
  countAllImages,
  countImages,
  type ImageListRow,
  type ImageMember,
  type ImagePosition,
  type ImageSort,
  listImageRows,
  listMembers,
  listPinsOf,
  type PinRow,
  positionOf,
} from "./image.store";
import { measureUniqueBytes } from "./image-bytes.store";
import { pinWords } from "./pin-dto";

/** Counting the hits of a filter stops here: nobody reads a larger number off a filter, and it would cost more than the page. */
const COUNTED_MAX = 10_000;

export type ImageListInput = ImageFilterDto & {
  spaceId: string;
  sort: ImageSort;
  order?: "asc" | "desc" | undefined;
  cursor?: string | undefined;
  position?: number | undefined;
  limit: number;
};

/**
 * Images of a space, a page at a time: after a cursor (images that come or go meanwhile shift nothing), or at a position.
 * @throws AppError not_found
 */
export async function listImages(
  scope: WorkspaceScope,
  input: ImageListInput,
): Promise<{ items: ImageDto[]; nextCursor: string | null; total: number; isTotalCapped: boolean }> {
  const { spaceId, sort, order, cursor, position, limit, ...filter } = input;
  const space = await requireReadableSpace(scope, spaceId);
  const isDescending = order === undefined ? sort !== "name" : order === "desc";
  const after = readCursor(cursor, sort);
  const [rows, total] = await Promise.all([
    listImageRows({
      ...{ spaceId: space.id, filter, sort, isDescending, after, limit: limit + 1 },
      position: after === null ? (position ?? 0) : 0,
    }),
    count(space.id, filter),
  ]);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const [members, bytes, pins] = await Promise.all([
    listMembers(space.registryId, page.filter(hasParts)),
    measureUniqueBytes(space.registryId, page),
    listPinsOf(space.id, page),
  ]);
  const membersOf = groupBy(members, (member) => keyOf(member.repositoryId, member.top));
  const bytesOf = new Map(bytes.map((row) => [keyOf(row.repositoryId, row.top), row.uniqueBytes]));
  const pinOf = new Map(pins.map((pin) => [keyOf(pin.repositoryName, pin.digest), pin]));
  return {
    items: page.map((row) => {
      const key = keyOf(row.repositoryId, row.digest);
      const pin = pinOf.get(keyOf(row.repositoryName, row.digest));
      return imageDto(row, membersOf.get(key) ?? [], bytesOf.get(key) ?? 0, pin && { ...pin, ...pinWords(space, pin) });
    }),
    nextCursor: rows.length > limit && last ? writeCursor(positionOf(last, sort)) : null,
    total: Math.min(total, Math.max(COUNTED_MAX, isPlain(filter) ? total : 0)),
    isTotalCapped: !isPlain(filter) && total > COUNTED_MAX,
  };
}

const keyOf = (place: string, digest: string) => `${place} ${digest}`;
const hasParts = (row: ImageListRow) => row.childCount > 0 || row.referrerCount > 0;

/** Whether a filter asks for what repositories count anyway. */
function isPlain({ repository: _, state, ...rest }: ImageFilterDto): boolean {
  return state !== "tagged" && Object.values(rest).every((value) => value === undefined || value === "");
}

function count(spaceId: string, filter: ImageFilterDto): Promise<number> {
  if (!isPlain(filter)) return countImages(spaceId, filter, COUNTED_MAX + 1);
  return countAllImages(spaceId, filter.repository, filter.state === "untagged" ? "untagged" : "any");
}

function writeCursor({ values, digest, repositoryId }: ImagePosition): string {
  return encodeCursor([...values, digest, repositoryId]);
}

/** Null for a cursor of another order, or one that is none of ours: then the first page is meant. */
function readCursor(cursor: string | undefined, sort: ImageSort): ImagePosition | null {
  const parts = decodeCursor(cursor) ?? [];
  const keys = sort === "name" ? 2 : 1;
  const [digest, repositoryId] = parts.slice(keys);
  if (parts.length !== keys + 2 || digest === undefined || repositoryId === undefined) return null;
  const values = parts.slice(0, keys);
  const isTime = sort === "pushed" || sort === "pulled";
  if (isTime && cursorDate(values[0]) === undefined) return null;
  if (sort === "size" && !/^\d{1,18}$/.test(values[0] ?? "")) return null;
  return { values, digest, repositoryId };
}

function imageDto(
  row: ImageListRow,
  members: readonly ImageMember[],
  uniqueBytes: number,
  pin: PinRow | undefined,
): ImageDto {
  const platforms = members
    .filter((member) => member.role === "child" && member.kind !== "index")
    .map((child) => ({ platform: child.platform ?? "unknown", digest: child.digest, isMissing: !child.isPresent }));
  return {
    repositoryName: row.repositoryName,
    digest: row.digest,
    mediaType: row.mediaType,
    kind: row.kind,
    artifactType: row.artifactType,
    tags: row.tagNames.split("\n").filter((name) => name !== ""),
    platforms:
      row.kind === "index"
        ? platforms
        : row.platforms.map((platform) => ({ platform, digest: row.digest, isMissing: false })),
    referrers: members
      .filter((member) => member.role === "referrer" && member.isPresent)
      .map(({ digest, artifactType, tag }) => ({ digest, artifactType, tag })),
    health: row.health,
    missing: row.missing,
    logicalBytes: Number(row.logicalBytes),
    uniqueBytes,
    pushedAt: row.pushedAt.toISOString(),
    isPushTimeBackdated: row.pushedAtSource === "demo",
    isPushTimeFirstSeen: row.pushedAtSource === "crawl",
    lastPulledAt: row.lastPulledAt?.toISOString() ?? null,
    untaggedSince: row.untaggedSince?.toISOString() ?? null,
    pin: pin
      ? { id: pin.id, reason: pin.reason, ownerName: pin.ownerName, expiresAt: pin.expiresAt?.toISOString() ?? null }
      : null,
  };
}
