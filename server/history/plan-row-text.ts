// Rows of a plan as lines of a COPY in text format: what PostgreSQL takes in fastest, and a file can hold meanwhile.
import type { NewRunItem } from "./run-item.store";

/** A row of a plan before its numbers are known. */
export type PlanRow = Omit<
  NewRunItem,
  "ordinal" | "state" | "sizeBytes" | "uniqueBytes" | "ownBytes" | "sharedBytes" | "binEntryId" | "error"
>;

/** The columns of a line, in its order. */
export const PLAN_COLUMNS =
  "action, repository_name, digest, kind, tags, selected_tags, reason, reason_code, members, rule_id, pushed_at, last_pulled_at, image_created_at";

/** One row, without an end of line. */
export function planRowText(row: PlanRow): string {
  const { ruleId, pushedAt, lastPulledAt, imageCreatedAt, members } = row;
  const { action, repositoryName, digest, kind, tags, selectedTags, reason } = row;
  const tagsText = arrayText(tags);
  const place = `${action}\t${escapedText(repositoryName)}\t${escapedText(digest)}\t${escapedText(kind)}`;
  const taken = selectedTags === tags ? tagsText : arrayText(selectedTags);
  const why = `${escapedText(JSON.stringify(reason))}\t${escapedText(reason.code)}`;
  const parts = members.length === 0 ? "[]" : escapedText(JSON.stringify(members));
  const times = `${time(pushedAt)}\t${time(lastPulledAt)}\t${time(imageCreatedAt ?? null)}`;
  return `${place}\t${tagsText}\t${taken}\t${why}\t${parts}\t${columnText(ruleId)}\t${times}`;
}

/** A value of a column; null has a sign of its own. */
export function columnText(value: string | null): string {
  return value === null ? "\\N" : escapedText(value);
}

const time = (value: string | null) => value ?? "\\N";

/** Few have anything to escape, and looking is cheaper than replacing. */
const escapedText = (value: string) => (NEEDS_ESCAPE.test(value) ? value.replace(ESCAPED, escaped) : value);

const NEEDS_ESCAPE = /[\\\n\r\t]/;
const ESCAPED = /[\\\n\r\t]/g;
const ESCAPES: Record<string, string> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };
const escaped = (character: string) => ESCAPES[character] ?? character;

const QUOTED = /["\\]/;

function arrayText(texts: readonly string[]): string {
  if (texts.length === 0) return "{}";
  return escapedText(
    `{"${texts.map((text) => (QUOTED.test(text) ? text.replace(/["\\]/g, "\\$&") : text)).join('","')}"}`,
  );
}
