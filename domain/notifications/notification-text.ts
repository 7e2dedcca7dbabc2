import { formatBytes } from "@/lib/bytes";
import type { NotificationEventKind } from "./notification-event";

/** What is known of an event when it is sent. Times are ISO strings, sizes bytes. */
export interface NotificationFacts {
  /** the event's, the same for each target and attempt */
  id: string;
  kind: NotificationEventKind | "test";
  at: string;
  workspace: { id: string; slug: string; name: string };
  space: { id: string; name: string } | null;
  run: NotifiedRun | null;
  /** what the clock of quotas and bins saw */
  data: Record<string, unknown>;
  /** where to look at it */
  url: string;
}

export interface NotifiedRun {
  id: string;
  kind: "reclaim" | "restore" | "purge" | "gc";
  status: string;
  isDryRun: boolean;
  trigger: string;
  requestedByName: string;
  totals: Record<string, unknown>;
  error: string | null;
  createdAt: string;
  finishedAt: string | null;
}

export interface NotificationText {
  /** one sentence, without a full stop */
  title: string;
  /** facts, one a line */
  lines: string[];
}

const KIND_WORDS = { reclaim: "Reclaim", restore: "Restore", purge: "Purge", gc: "Garbage collection" } as const;
const STATUS_WORDS: Record<string, string> = {
  succeeded: "is done",
  failed: "failed",
  cancelled: "was cancelled",
  partial_limit: "stopped at a limit of its rule",
  time_boxed: "stopped when its time was up",
  awaiting_confirmation: "waits for a confirmation",
};

const count = (value: unknown): number => (typeof value === "number" ? value : 0);
const grouped = (value: number): string => value.toLocaleString("en-US");
const several = (value: number, one: string, many: string): string => `${grouped(value)} ${value === 1 ? one : many}`;

/** An event in words, the same for mail, chat and the delivery log. */
export function notificationText(facts: NotificationFacts): NotificationText {
  const { kind, run, space, data, workspace } = facts;
  if (kind === "test") {
    return { title: `A test from ${workspace.name}`, lines: [`Sent by ${String(data.byName)}. Nothing happened.`] };
  }
  if (kind === "quota.near") {
    const { tagCount, tagQuota, percent } = data;
    const used = `${grouped(count(tagCount))} of ${several(count(tagQuota), "tag", "tags")}`;
    return { title: `${workspace.name} has used ${count(percent)}% of its tag quota`, lines: [`${used} are in use.`] };
  }
  if (kind === "bin.purge_soon") {
    const entries = several(count(data.entryCount), "entry", "entries");
    return {
      title: `${entries} of the recycle bin of ${space?.name ?? workspace.name} ${data.entryCount === 1 ? "is" : "are"} purged soon`,
      lines: [
        `${formatBytes(count(data.sizeBytes))} go for good, the first at ${String(data.firstPurgeAt)}.`,
        "Until then they can be restored.",
      ],
    };
  }
  return run ? runText(run, space?.name ?? workspace.name) : { title: kind, lines: [] };
}

function runText(run: NotifiedRun, place: string): NotificationText {
  const word = run.isDryRun && run.kind === "reclaim" ? "Preview" : KIND_WORDS[run.kind];
  const dry = run.isDryRun && run.kind === "gc" ? " (dry run)" : "";
  const title = `${word}${dry} of ${place} ${STATUS_WORDS[run.status] ?? run.status}`;
  const started =
    run.trigger === "schedule" || run.trigger === "quota" ? `on ${run.trigger}` : `by ${run.requestedByName}`;
  const lines = [...totalLines(run), ...(run.error === null ? [] : [`Reason: ${run.error}`]), `Started ${started}.`];
  return { title, lines };
}

function totalLines({ kind, isDryRun, status, totals }: NotifiedRun): string[] {
  if (kind === "gc") {
    const manifests = count(isDryRun ? totals.candidateManifests : totals.deletedManifests);
    const blobs = several(count(isDryRun ? totals.candidateBlobs : totals.deletedBlobs), "blob", "blobs");
    const bytes = formatBytes(count(isDryRun ? totals.candidateBytes : totals.freedBytes));
    const went = isDryRun ? "would be deleted" : "deleted";
    return [
      `${blobs} and ${several(manifests, "manifest", "manifests")} ${went}, ${bytes} ${isDryRun ? "" : "freed"}`.trim(),
    ];
  }
  if (isDryRun || status === "awaiting_confirmation") {
    return [
      `${several(count(totals.itemsTotal) - count(totals.itemsLeftOut), "image", "images")} would go, ${formatBytes(count(totals.uniqueBytes))} of their own`,
    ];
  }
  const done = { reclaim: "moved to the recycle bin", restore: "restored", purge: "purged for good" }[kind];
  const failed = count(totals.itemsFailed) + count(totals.itemsSkipped);
  return [
    `${grouped(count(totals.itemsDone))} of ${several(count(totals.itemsTotal), "image", "images")} ${done}`,
    ...(failed > 0 ? [`${several(failed, "was", "were")} left, with reasons`] : []),
  ];
}

/** The body of a webhook: `type`, `timestamp`, `data`, as Standard Webhooks have it. */
export function webhookPayload(facts: NotificationFacts): Record<string, unknown> {
  const { id, kind, at, workspace, space, run, data, url } = facts;
  const { title, lines } = notificationText(facts);
  return {
    ...{ id, type: kind, timestamp: at },
    data: { title, text: lines.join("\n"), url, workspace, space, run, ...data },
  };
}

const escapeSlack = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** The body of a Slack incoming webhook (Mattermost and others read it too). */
export function slackMessage(facts: NotificationFacts): Record<string, unknown> {
  const { title, lines } = notificationText(facts);
  const body = [`*${escapeSlack(title)}*`, ...lines.map(escapeSlack), `<${facts.url}|Open in Reclaim>`].join("\n");
  return {
    text: escapeSlack(title),
    blocks: [{ type: "section", text: { type: "mrkdwn", text: body } }],
  };
}

export function mailText(facts: NotificationFacts): { subject: string; text: string } {
  const { title, lines } = notificationText(facts);
  const why = `You get this because ${facts.workspace.name} sends its notifications to this address: an admin of it can change that.`;
  return {
    subject: `[${facts.workspace.name}] ${title}`,
    text: [title, "", ...lines, "", facts.url, "", why, ""].join("\n"),
  };
}
