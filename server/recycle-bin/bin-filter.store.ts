// What a filter of the bin means in SQL: the same words for lists, numbers and runs. The entry is `e`.
import { type BinFilterDto, PURGE_ANNOUNCED_DAYS } from "@/contracts/recycle-bin";
import { escapeLike } from "@/lib/like";
import { Prisma } from "@/server/platform/db/prisma";

/** Where to look: a workspace, or one space of it. */
export interface BinPlace {
  workspaceId: string;
  spaceId?: string | undefined;
}

/** As the partial indexes of the bin say it, letter by letter. */
export const IS_SHOWN = Prisma.sql`e.state IN ('held', 'restoring', 'purging')`;
/** A move of it failed; half-made copies, which never were in the bin, among them. */
const IS_STUCK = Prisma.sql`e.problem_at IS NOT NULL AND e.state IN ('recycling', 'held', 'restoring', 'purging')`;

const DIGEST_START = /^(?:sha256:)?([0-9a-f]{6,64})$/;

/** Conditions for what a filter finds in a place; spaces that were removed are the caller's business. */
export function binConditions({ workspaceId, spaceId }: BinPlace, filter: BinFilterDto): Prisma.Sql {
  const conditions = [Prisma.sql`e.workspace_id = ${workspaceId}`];
  const add = (condition: Prisma.Sql) => conditions.push(condition);
  if (spaceId !== undefined) add(Prisma.sql`e.space_id = ${spaceId}`);
  add(stateCondition(filter.state));
  if (filter.repository) add(Prisma.sql`e.repository_name = ${filter.repository}`);
  if (filter.ruleId) add(Prisma.sql`e.rule_id = ${filter.ruleId}`);
  if (filter.runId) add(Prisma.sql`e.run_id = ${filter.runId}`);
  if (filter.actor) add(Prisma.sql`e.actor_name = ${filter.actor}`);
  if (filter.kind) add(Prisma.sql`e.kind = ${filter.kind}`);
  if (filter.olderThanDays !== undefined)
    add(Prisma.sql`e.recycled_at < now() - make_interval(days => ${filter.olderThanDays})`);
  if (filter.youngerThanDays !== undefined)
    add(Prisma.sql`e.recycled_at >= now() - make_interval(days => ${filter.youngerThanDays})`);
  if (filter.daysLeft !== undefined)
    add(Prisma.sql`e.purge_after <= now() + make_interval(days => ${filter.daysLeft})`);
  if (filter.minBytes !== undefined) add(Prisma.sql`e.size_bytes >= ${filter.minBytes}::bigint`);
  if (filter.maxBytes !== undefined) add(Prisma.sql`e.size_bytes <= ${filter.maxBytes}::bigint`);
  const search = filter.search?.trim().toLowerCase();
  if (search) add(searchCondition(search));
  return Prisma.join(conditions, " AND ");
}

function stateCondition(state: BinFilterDto["state"]): Prisma.Sql {
  switch (state) {
    case "any":
      // A half-made copy that is being taken away was never in the bin.
      return Prisma.sql`${IS_SHOWN} AND e.recycled_at IS NOT NULL`;
    case "held":
      return Prisma.sql`e.state = 'held' AND ${IS_SHOWN}`;
    case "moving":
      return Prisma.sql`e.state IN ('restoring', 'purging') AND e.recycled_at IS NOT NULL`;
    case "stuck":
      return IS_STUCK;
    case "damaged":
      return Prisma.sql`e.missing <> '[]' AND ${IS_SHOWN}`;
    case "due":
      return Prisma.sql`${IS_SHOWN} AND e.purge_after <= now() + make_interval(days => ${PURGE_ANNOUNCED_DAYS})`;
  }
}

/** Every word must be in the repository's name or a tag's; what may be the start of a digest is looked for there too. */
function searchCondition(search: string): Prisma.Sql {
  // An image is often written as repository:tag.
  const words = search.split(/[\s:]+/).filter((word) => word !== "" && word !== "sha256");
  const inText = words.map((word) => Prisma.sql`e.search_text LIKE ${`%${escapeLike(word)}%`}`);
  const text = inText.length > 0 ? Prisma.sql`(${Prisma.join(inText, " AND ")})` : Prisma.sql`false`;
  const hex = DIGEST_START.exec(search)?.[1];
  return hex === undefined ? text : Prisma.sql`(${text} OR e.digest LIKE ${`sha256:${hex}%`})`;
}
