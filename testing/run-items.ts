import type { RunItemFilterDto, RunItemSort } from "@/contracts/run-items";
import { insertRunItems, type NewRunItem } from "@/server/history/run-journal";
import { prisma } from "@/server/platform/db/prisma";
import { newId } from "@/server/platform/new-id";
import type { TestTenant } from "./tenant";

/** An item as a plan writes it, with what a test does not care for filled in. */
export type TestItem = Partial<Omit<NewRunItem, "reason">> & {
  reasonCode?: string;
  reasonText?: string;
  /** every rule that selected it */
  hits?: readonly string[] | undefined;
};

interface TestRun {
  id: string;
  workspaceId: string;
  createdAt: Date;
  frozenNow: Date;
}

/** A finished run straight in the database, with these items in order. */
export async function createTestRun(
  tenant: TestTenant,
  items: readonly TestItem[],
  run: {
    isDryRun?: boolean;
    kind?: "reclaim" | "restore" | "purge" | "gc";
    status?: "succeeded" | "cancelled" | "failed";
    trigger?: string;
    createdAt?: Date;
    requestedByName?: string;
    options?: Record<string, unknown>;
  } = {},
): Promise<TestRun> {
  const { workspaceId, spaceId, registryId } = tenant;
  const createdAt = run.createdAt ?? new Date();
  const row = await prisma().run.create({
    data: {
      ...{ id: newId("run"), workspaceId, spaceId, registryId, kind: run.kind ?? "reclaim" },
      ...{ status: run.status ?? "succeeded", isDryRun: run.isDryRun ?? true, trigger: run.trigger ?? "manual" },
      options: (run.options ?? rulesOf("tidy up")) as object,
      ...{ requestedByName: run.requestedByName ?? "Ada", frozenNow: createdAt, createdAt },
      ...{ startedAt: createdAt, finishedAt: createdAt },
    },
  });
  await insertRunItems(workspaceId, row.id, items.map(testItem));
  return { id: row.id, workspaceId, createdAt, frozenNow: createdAt };
}

/** Options of a run of saved rules; each name is also the rule's id. */
export function rulesOf(...names: string[]): Record<string, unknown> {
  return { ruleIds: names, rules: names.map((name) => ({ id: name, name, revision: 1, definition: {} })) };
}

export function testItem(item: TestItem, ordinal: number): NewRunItem {
  const { reasonCode = "selected", reasonText = "reclaimed by rule *tidy up*", hits, ...rest } = item;
  const plan = hits === undefined ? {} : { plan: { hits: hits.map((ruleId) => ({ ruleId })) } };
  const tags = item.tags ?? [];
  return {
    ...{ ordinal, action: "recycle", state: "planned", repositoryName: "acme/web", kind: "image", tags },
    ...{
      digest: digestOf(ordinal),
      selectedTags: tags,
      reason: { code: reasonCode, text: reasonText, ...plan },
      members: [],
    },
    ...{ ruleId: null, sizeBytes: 1_000, uniqueBytes: 0, ownBytes: 0, sharedBytes: 0, pushedAt: null },
    ...{ lastPulledAt: null, binEntryId: null, ...rest },
  };
}

export function digestOf(value: number): string {
  return `sha256:${value.toString(16).padStart(64, "0")}`;
}

const DAY_MS = 86_400_000;
const KEYS: Record<RunItemSort, (item: NewRunItem) => number | string> = {
  plan: (item) => item.ordinal,
  image: (item) => `${item.repositoryName}:${item.tags[0] ?? ""}`,
  verdict: ({ action, state }) =>
    ["recycle", "purge", "untag", "restore", "keep"].indexOf(action) * 10 +
    ["failed", "skipped_stale", "left_out", "moving", "planned", "done", "kept"].indexOf(state),
  reason: (item) => `${item.reason.code}:${item.ruleId ?? ""}`,
  pushed: (item) => (item.pushedAt === null ? -1 : Date.parse(item.pushedAt)),
  pulled: (item) => (item.lastPulledAt === null ? -1 : Date.parse(item.lastPulledAt)),
  size: (item) => item.sizeBytes,
  own: (item) => item.ownBytes ?? 0,
  shared: (item) => item.sharedBytes ?? 0,
};

/** The slow and obvious way to say which items a filter finds, and in which order: what the database is compared with. */
export function expectedItems(
  items: readonly NewRunItem[],
  filter: RunItemFilterDto,
  sort: RunItemSort,
  order: "asc" | "desc",
  frozenNow: Date,
): NewRunItem[] {
  const key = KEYS[sort];
  const sign = order === "asc" ? 1 : -1;
  const compare = (a: number | string, b: number | string) => (a < b ? -1 : a > b ? 1 : 0);
  return items
    .filter((item) => isFound(item, filter, frozenNow))
    .sort((a, b) => sign * (compare(key(a), key(b)) || a.ordinal - b.ordinal));
}

function isFound(item: NewRunItem, filter: RunItemFilterDto, frozenNow: Date): boolean {
  const ageMs = item.pushedAt === null ? null : frozenNow.getTime() - Date.parse(item.pushedAt);
  const { action, state, ruleId, reason, kind, repository, minBytes, maxBytes, olderThanDays, youngerThanDays } =
    filter;
  return (
    (action === undefined || (action === "going" ? item.action !== "keep" : item.action === action)) &&
    (state === undefined || item.state === state) &&
    (ruleId === undefined || item.ruleId === ruleId || isHitBy(item, ruleId)) &&
    (reason === undefined || item.reason.code === reason) &&
    (kind === undefined || item.kind === kind) &&
    (repository === undefined || item.repositoryName === repository) &&
    (minBytes === undefined || item.sizeBytes >= minBytes) &&
    (maxBytes === undefined || item.sizeBytes <= maxBytes) &&
    (olderThanDays === undefined || (ageMs !== null && ageMs > olderThanDays * DAY_MS)) &&
    (youngerThanDays === undefined || (ageMs !== null && ageMs <= youngerThanDays * DAY_MS)) &&
    (filter.search === undefined || isNamed(item, filter.search.toLowerCase()))
  );
}

function isHitBy({ reason }: NewRunItem, ruleId: string): boolean {
  const { plan } = reason as { plan?: { hits: { ruleId: string }[] } };
  return plan?.hits.some((hit) => hit.ruleId === ruleId) ?? false;
}

function isNamed({ repositoryName, tags, digest }: NewRunItem, text: string): boolean {
  if (text.startsWith("sha256:")) return digest.startsWith(text);
  const isTag = (part: string) => tags.join(" ").toLowerCase().includes(part);
  const [repository, tag] = text.split(":");
  if (tag !== undefined) return repositoryName.toLowerCase().includes(repository ?? "") && isTag(tag);
  return repositoryName.toLowerCase().includes(text) || isTag(text);
}
