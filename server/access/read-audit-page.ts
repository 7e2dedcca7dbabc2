import type { AuditEntryDto, AuditFilter, AuditPageDto } from "@/contracts/audit";
import { auditPrefixes } from "@/domain/access/audit-areas";
import { auditSentence, thingOf } from "@/domain/access/audit-sentence";
import { cursorDate, decodeCursor, encodeCursor } from "@/lib/cursor";
import { type AuditChangeRecord, type AuditRecord, listAuditPage, listChangesOf } from "./audit.store";

const CHANGES_PER_ENTRY = 20;

export type AuditQuery = AuditFilter & { cursor?: string | undefined; limit: number };

/** A page of the log of a workspace, or of the platform (null), newest first. Whoever calls it has made sure that it may be read. */
export async function readAuditPage(workspaceId: string | null, input: AuditQuery): Promise<AuditPageDto> {
  const [time, id] = decodeCursor(input.cursor) ?? [];
  const at = cursorDate(time);
  const rows = await listAuditPage({
    ...{ workspaceId, search: input.search, outcome: input.outcome, limit: input.limit + 1 },
    prefixes: input.area && auditPrefixes(input.area),
    from: input.from === undefined ? undefined : new Date(input.from),
    until: input.until === undefined ? undefined : new Date(input.until),
    before: at && id ? { at, id } : undefined,
  });
  const page = rows.slice(0, input.limit);
  const sets = page.flatMap(({ changeSet }) => (changeSet === null ? [] : [changeSet]));
  const { changes, counts } = await listChangesOf([...new Set(sets)], CHANGES_PER_ENTRY);
  const last = page.at(-1);
  return {
    items: page.map((row) => {
      const own = changes.filter(
        (change) => change.changeSet === row.changeSet && isVisible(change, row.workspaceId, workspaceId),
      );
      const total = (row.changeSet !== null && counts.get(row.changeSet)) || 0;
      return { ...entryDto(row), changes: own.map(changeDto), hiddenChangeCount: Math.max(0, total - own.length) };
    }),
    nextCursor: rows.length > input.limit && last ? encodeCursor([last.at.toISOString(), last.id]) : null,
  };
}

/** A transaction may touch several workspaces: each sees its own part, and the platform what is nobody's. */
function isVisible(change: AuditChangeRecord, ofEvent: string | null, reader: string | null): boolean {
  return change.workspaceId === null || change.workspaceId === (reader ?? ofEvent ?? change.workspaceId);
}

function entryDto(row: AuditRecord): Omit<AuditEntryDto, "changes" | "hiddenChangeCount"> {
  const data = objectOf(row.data) ?? {};
  const outcome = row.outcome === "refused" ? ("refused" as const) : ("done" as const);
  return {
    id: row.id,
    at: row.at.toISOString(),
    actor: { kind: kindOf(row), id: row.actorId, name: row.actorName, tokenName: row.tokenName },
    ...{ address: row.address, action: row.action, outcome, spaceId: row.spaceId, requestId: row.requestId },
    text: auditSentence({ action: row.action, outcome, targetName: row.targetName, data }),
    target: { kind: row.resourceType, id: row.resourceId, name: row.targetName },
    before: objectOf(row.before) ?? objectOf(data.before),
    after: objectOf(row.after),
  };
}

/** Rows from before kinds were kept: whoever had an id was a person. */
function kindOf(row: AuditRecord): AuditEntryDto["actor"]["kind"] {
  const kinds = ["user", "robot", "system", "anonymous", "database"] as const;
  return kinds.find((kind) => kind === row.actorKind) ?? (row.actorId === null ? "system" : "user");
}

function changeDto(row: AuditChangeRecord): AuditEntryDto["changes"][number] {
  const operations = ["insert", "update", "delete"] as const;
  return {
    thing: thingOf(row.tableName),
    key: row.name ?? row.rowKey,
    operation: operations.find((one) => one === row.operation) ?? "update",
    before: objectOf(row.before),
    after: objectOf(row.after),
  };
}

function objectOf(value: unknown): Record<string, unknown> | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : null;
}
