import type { AuditEntryDto, AuditFilter } from "@/contracts/audit";
import { csvLine } from "@/lib/csv";
import { requirePlatformActor } from "@/server/lifecycle/require-platform-actor";
import type { Actor } from "@/server/platform/auth/actor";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import type { TextFile } from "@/server/platform/http/route";
import { readAuditPage } from "./read-audit-page";

const ENTRIES_PER_READ = 500;
const HEAD = [
  ...["at", "outcome", "actor kind", "actor id", "actor", "token", "address", "action", "what"],
  ...["target kind", "target id", "target", "space id", "request id", "before", "after", "changes"],
];

/** The log of a workspace as comma-separated values, newest first; read page by page as it is taken. */
export function exportAudit(
  scope: WorkspaceScope,
  input: AuditFilter,
  facts: { signal: AbortSignal },
): Promise<TextFile> {
  return auditFile(scope.workspaceId, input, facts.signal);
}

/** As `exportAudit`, of the platform's log. @throws AppError forbidden (platform admins only) */
export async function exportPlatformAudit(
  actor: Actor,
  input: AuditFilter,
  facts: { signal: AbortSignal },
): Promise<TextFile> {
  requirePlatformActor(actor, "read the platform's audit log");
  return auditFile(null, input, facts.signal);
}

async function auditFile(workspaceId: string | null, filter: AuditFilter, signal: AbortSignal): Promise<TextFile> {
  const encoder = new TextEncoder();
  // What happens while it is read would shift nothing, but never end: the file ends where it was asked for.
  const until = filter.until ?? new Date().toISOString();
  let cursor: string | undefined;
  let isBegun = false;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (!isBegun) {
        isBegun = true;
        controller.enqueue(encoder.encode(csvLine(HEAD)));
        return;
      }
      signal.throwIfAborted();
      const page = await readAuditPage(workspaceId, { ...filter, until, cursor, limit: ENTRIES_PER_READ });
      if (page.items.length > 0) controller.enqueue(encoder.encode(page.items.map(line).join("")));
      if (page.nextCursor === null) controller.close();
      else cursor = page.nextCursor;
    },
  });
  return { name: `audit-${until.slice(0, 10)}.csv`, contentType: "text/csv; charset=utf-8", body };
}

function line(entry: AuditEntryDto): string {
  const { actor, target } = entry;
  const json = (value: object | null) => (value === null ? null : JSON.stringify(value));
  return csvLine([
    ...[entry.at, entry.outcome, actor.kind, actor.id, actor.name, actor.tokenName, entry.address, entry.action],
    ...[entry.text, target.kind, target.id, target.name, entry.spaceId, entry.requestId],
    ...[json(entry.before), json(entry.after), entry.changes.length === 0 ? null : json(entry.changes)],
  ]);
}
