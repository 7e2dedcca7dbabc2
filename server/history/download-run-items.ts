import type { RunItemDto, RunItemFilterDto, RunItemSort } from "@/contracts/run-items";
import { csvLine } from "@/lib/csv";
import { notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import type { TextFile } from "@/server/platform/http/route";
import { listRunItems } from "./list-run-items";
import { findRun, type RunRecord } from "./run.store";

const LINES_PER_READ = 2_000;
const DAY_MS = 86_400_000;

const HEAD = [
  ...[
    "repository",
    "digest",
    "kind",
    "tags",
    "tags that go",
    "verdict",
    "state",
    "rule",
    "rule revision",
    "reason code",
    "reason",
  ],
  ...[
    "pushed",
    "days since push",
    "last pull",
    "manifests",
    "size bytes",
    "freed bytes",
    "own bytes",
    "shared bytes",
    "note",
  ],
];

/**
 * Every image of a run that a filter finds, as comma-separated values in the order that is asked for. Read page by page as it is taken,
 * so that it needs as little memory for a million lines as for ten.
 * @throws AppError not_found
 */
export async function downloadRunItems(
  scope: WorkspaceScope,
  input: RunItemFilterDto & { runId: string; sort: RunItemSort; order: "asc" | "desc" },
  facts: { signal: AbortSignal },
): Promise<TextFile> {
  const run = await findRun(scope.workspaceId, input.runId);
  if (!run) throw notFound();
  const encoder = new TextEncoder();
  const lines = lineWriter(run);
  let cursor: string | undefined;
  let isBegun = false;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (!isBegun) {
        isBegun = true;
        controller.enqueue(encoder.encode(csvLine(HEAD)));
        return;
      }
      facts.signal.throwIfAborted();
      const page = await listRunItems(scope, { ...input, cursor, limit: LINES_PER_READ });
      if (page.items.length > 0) controller.enqueue(encoder.encode(page.items.map(lines).join("")));
      if (page.nextCursor === null) controller.close();
      else cursor = page.nextCursor;
    },
  });
  const kind = run.isDryRun ? "preview" : run.kind;
  return {
    name: `${kind}-${run.createdAt.toISOString().slice(0, 10)}-${run.id}.csv`,
    contentType: "text/csv; charset=utf-8",
    body,
  };
}

/** Writes an item as a line; days are counted from the run's own time, as its rules counted them. */
function lineWriter(run: RunRecord): (item: RunItemDto) => string {
  const { rules } = run.options as { rules?: { id: string; name: string; revision: number }[] };
  const ruleOf = new Map(rules?.map((rule) => [rule.id, rule]));
  return (item) => {
    const rule = item.ruleId === null ? undefined : ruleOf.get(item.ruleId);
    const ageMs = item.pushedAt === null ? null : run.frozenNow.getTime() - Date.parse(item.pushedAt);
    return csvLine([
      ...[item.repositoryName, item.digest, item.kind, item.tags.join(" "), item.selectedTags.join(" ")],
      ...[item.action, item.state, rule?.name ?? null, rule?.revision ?? null, item.reasonCode, item.reasonText],
      ...[item.pushedAt, ageMs === null ? null : Math.floor(ageMs / DAY_MS), item.lastPulledAt, item.memberCount],
      ...[item.logicalBytes, item.action === "keep" ? null : item.uniqueBytes, item.ownBytes, item.sharedBytes],
      item.error,
    ]);
  };
}
