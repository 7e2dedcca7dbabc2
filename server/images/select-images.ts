import type { ImageSelection } from "@/contracts/images";
import { Prisma } from "@/server/platform/db/prisma";
import { type ImageKey, imageConditions, listImageKeysAfter } from "./image.store";
import { countSelection } from "./image-bytes.store";

const PAGE = 5000;

/**
 * The images of a selection that are there now, in pages, by repository and digest. A filter is what it finds at this moment.
 * `space` comes from requireSpace or requireReadableSpace.
 */
export async function* selectImageKeys(space: { id: string }, selection: ImageSelection): AsyncGenerator<ImageKey[]> {
  const chosen = await chosenImages(space, selection);
  for (let after: ImageKey | null = null; ; ) {
    const page: ImageKey[] = await listImageKeysAfter(chosen, after, PAGE);
    if (page.length > 0) yield page;
    after = page.at(-1) ?? null;
    if (after === null || page.length < PAGE) return;
  }
}

/** How many images of a selection are there now. */
export async function countChosen(space: { id: string }, selection: ImageSelection): Promise<number> {
  return countSelection(await chosenImages(space, selection));
}

/** A selection as a query of (repository_id, digest). */
export async function chosenImages(space: { id: string }, selection: ImageSelection): Promise<Prisma.Sql> {
  if ("images" in selection) return named(space.id, selection.images);
  const conditions = await imageConditions(space.id, selection.filter);
  const all = Prisma.sql`SELECT i.repository_id, i.digest FROM images i WHERE ${conditions}`;
  return selection.except.length === 0 ? all : Prisma.sql`${all} EXCEPT ${named(space.id, selection.except)}`;
}

function named(spaceId: string, images: readonly { repositoryName: string; digest: string }[]): Prisma.Sql {
  return Prisma.sql`SELECT DISTINCT r.id AS repository_id, named.digest
    FROM unnest(${images.map((image) => image.repositoryName)}::text[], ${images.map((image) => image.digest)}::text[]) AS named(name, digest)
    JOIN repositories r ON r.space_id = ${spaceId} AND r.name = named.name`;
}
