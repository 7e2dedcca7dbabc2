import { escapeLike } from "@/lib/like";
import { Prisma } from "@/server/platform/db/prisma";

/**
 * What somebody looks for among items (`i`): `repository:tag`, parts of both, one of them left out or not; else a part of the name of the
 * repository or of a tag, or the start of a digest. Null for nothing. Written so that the indexes over done items answer it.
 */
export function itemSearchSql(search: string | undefined): Prisma.Sql | null {
  const text = search?.trim() ?? "";
  if (text === "") return null;
  if (/^sha256:/i.test(text)) return digestSql(text.toLowerCase());
  const [, repository, tag] = /^([^:]*):([^:/]*)$/.exec(text) ?? [];
  if (repository !== undefined && tag !== undefined) {
    const parts = [...(repository === "" ? [] : [repositorySql(repository)]), ...(tag === "" ? [] : [tagSql(tag)])];
    return parts.length === 0 ? null : Prisma.sql`(${Prisma.join(parts, " AND ")})`;
  }
  const either = [repositorySql(text), tagSql(text)];
  if (/^[0-9a-f]{4,64}$/i.test(text)) either.push(digestSql(`sha256:${text.toLowerCase()}`));
  return Prisma.sql`(${Prisma.join(either, " OR ")})`;
}

const part = (text: string) => `%${escapeLike(text)}%`;
const repositorySql = (text: string) => Prisma.sql`i.repository_name ILIKE ${part(text)}`;
const tagSql = (text: string) => Prisma.sql`run_item_tags_text(i.tags) ILIKE ${part(text)}`;
const digestSql = (start: string) => Prisma.sql`i.digest LIKE ${`${escapeLike(start)}%`}`;
