import { z } from "zod";
import type { RunItemRecord } from "@/server/history/run-journal";
import { type ImageEventKind, type NewImageEvent, recordImageEvents } from "@/server/images/record-image-events";
import type { Transaction } from "@/server/platform/db/prisma";
import type { Move } from "./move";

const rulesSchema = z.object({
  rules: z.array(z.object({ id: z.string(), name: z.string(), revision: z.number().int() })),
});

interface MoveEvents {
  kind: Extract<ImageEventKind, "recycled" | "restored" | "purged" | "untagged">;
  tags: readonly { name: string; digest: string }[];
  /** The rule that decided; its name is that of the run's own copy of it. */
  ruleId?: string | null;
  reason?: string | null;
}

/**
 * Adds moves to the history of what they moved: a row for each tag, or one of the digest where it had none. In the transaction
 * that ends the items, so that a resumed move writes nothing twice.
 */
export function recordMoves(
  tx: Transaction,
  move: Pick<Move, "context" | "space">,
  moved: readonly (MoveEvents & { item: RunItemRecord })[],
): Promise<void> {
  return recordImageEvents(
    tx,
    moved.flatMap(({ item, ...what }) => eventsOf(move, item, what)),
  );
}

function eventsOf(move: Pick<Move, "context" | "space">, item: RunItemRecord, what: MoveEvents): NewImageEvent[] {
  const { context, space } = move;
  const { kind, ruleId = null } = what;
  const parsed = ruleId === null ? null : rulesSchema.safeParse(context.run.options);
  const rule = parsed?.success ? parsed.data.rules.find((one) => one.id === ruleId) : undefined;
  const at = new Date();
  const isTagged = what.tags.some((tag) => tag.digest === item.digest);
  const subjects = [
    ...what.tags.map((tag) => ({ tag: tag.name, digest: tag.digest })),
    ...(isTagged ? [] : [{ tag: null, digest: item.digest }]),
  ];
  return subjects.map((subject) => ({
    ...subject,
    ...{ workspaceId: space.workspaceId, spaceId: space.id, repositoryName: item.repositoryName },
    ...{ kind, at, source: "run", actorName: context.scope.actor.name, runId: context.run.id },
    ...{ ruleId, ruleName: rule?.name, ruleRevision: rule?.revision, reason: what.reason },
  }));
}

/** Why an item goes, as its verdict says. */
export function reasonTextOf(item: RunItemRecord): string | null {
  const { text } = item.reason as { text?: unknown };
  return typeof text === "string" ? text : null;
}
