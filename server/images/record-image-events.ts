import type { ImageEventDto } from "@/contracts/image-history";
import { storableJson } from "@/lib/storable";
import type { Transaction } from "@/server/platform/db/prisma";

/**
 * What can happen to a tag or digest. Of a change at the registry:
 * - `pushed`: a digest came; one row for each tag on it, or one without a tag (none for the platforms of an index)
 * - `tagged`: a tag came to a digest that was there before; `otherDigest` is what the tag pointed to until then
 * - `overwritten`: a row of the old digest, `otherDigest` is what its tag points to now (and the new one is `pushed` or `tagged`)
 * - `untagged`: a tag went and its digest stayed
 * - `gone`: a digest went; one row for each tag that was on it, or one without a tag
 */
export type ImageEventKind = ImageEventDto["kind"];

export interface NewImageEvent {
  workspaceId: string;
  spaceId: string;
  repositoryName: string;
  digest: string;
  /** null = of the digest itself */
  tag: string | null;
  kind: ImageEventKind;
  at: Date;
  /** Where we know it from: a notification, a listing of the registry, a run's move, somebody in the console. */
  source: "event" | "crawl" | "run" | "console";
  actorName?: string | null | undefined;
  userAgent?: string | null | undefined;
  runId?: string | null | undefined;
  ruleId?: string | null | undefined;
  ruleName?: string | null | undefined;
  ruleRevision?: number | null | undefined;
  /** tagged: the digest that the tag pointed to before; overwritten: the one that it points to now. */
  otherDigest?: string | null | undefined;
  reason?: string | null | undefined;
}

const INSERT_BATCH = 5_000;
const TEXT_MAX = 200;

/**
 * Adds to the history of tags and digests, in the transaction of what happened, so that neither exists without the other. The
 * rows name what they are about instead of referring to it: they outlive image, repository and rule.
 */
export async function recordImageEvents(tx: Transaction, events: readonly NewImageEvent[]): Promise<void> {
  for (let start = 0; start < events.length; start += INSERT_BATCH) {
    const rows = events.slice(start, start + INSERT_BATCH).map((event) => ({
      ...event,
      at: event.at.toISOString(),
      actorName: event.actorName?.slice(0, TEXT_MAX),
      userAgent: event.userAgent?.slice(0, TEXT_MAX),
    }));
    await tx.$executeRaw`
      INSERT INTO image_events (workspace_id, space_id, repository_name, digest, tag, kind, at, source, actor_name, user_agent,
        run_id, rule_id, rule_name, rule_revision, other_digest, reason)
      SELECT e."workspaceId", e."spaceId", e."repositoryName", e.digest, e.tag, e.kind, e.at, e.source, e."actorName", e."userAgent",
        e."runId", e."ruleId", e."ruleName", e."ruleRevision", e."otherDigest", e.reason
      FROM jsonb_to_recordset(${storableJson(rows)}::jsonb) AS e("workspaceId" text, "spaceId" text, "repositoryName" text, digest text,
        tag text, kind text, at timestamptz, source text, "actorName" text, "userAgent" text, "runId" text, "ruleId" text,
        "ruleName" text, "ruleRevision" int, "otherDigest" text, reason text)`;
  }
}
