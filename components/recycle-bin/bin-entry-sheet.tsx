"use client";

import Link from "next/link";
import type { BinEntryDto } from "@/contracts/recycle-bin";
import type { Permission } from "@/domain/access/permissions";
import { formatDateTime } from "@/lib/dates";
import { MarkedText } from "../history/marked-text";
import { spacePath } from "../history/space-path";
import { TagList } from "../history/tag-list";
import { Bytes } from "../ui/bytes";
import { Digest } from "../ui/digest";
import { ErrorState } from "../ui/error-state";
import { KeyValueList } from "../ui/key-value-list";
import { problemOf } from "../ui/problem-of";
import { RelativeTime } from "../ui/relative-time";
import { Skeleton } from "../ui/skeleton";
import { Badge } from "../ui/status-pill";
import { DaysLeft } from "./days-left";
import { EntryTroubles } from "./entry-troubles";
import { useBinEntry } from "./queries";
import { SideSheet } from "./side-sheet";
import type { ProblemActions } from "./use-problem-actions";

/** One entry of the bin: every manifest and tag it holds, why it is here, and what can be done. */
export function BinEntrySheet({
  workspaceId,
  workspaceSlug,
  entry,
  onClose,
  problems,
  permissions,
  actions,
}: {
  workspaceId: string;
  workspaceSlug: string;
  /** null = closed */
  entry: BinEntryDto | null;
  onClose: () => void;
  problems: ProblemActions;
  permissions: readonly Permission[];
  actions: React.ReactNode;
}) {
  return (
    <SideSheet
      open={entry !== null}
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={entry?.repositoryName ?? ""}
      description={entry ? <Digest value={entry.digest} /> : null}
      footer={actions}
    >
      {entry ? (
        <div className="flex flex-col gap-6">
          <EntryTroubles entry={entry} workspaceSlug={workspaceSlug} problems={problems} permissions={permissions} />
          <KeyValueList items={facts(entry, workspaceSlug)} />
          <Manifests workspaceId={workspaceId} spaceId={entry.spaceId} entryId={entry.id} />
        </div>
      ) : null}
    </SideSheet>
  );
}

function facts(entry: BinEntryDto, workspaceSlug: string) {
  return [
    { label: "Why", value: <MarkedText>{entry.reasonText}</MarkedText> },
    {
      label: "Moved here",
      value: (
        <>
          <RelativeTime at={entry.recycledAt} none="being moved now" /> by {entry.actorName},{" "}
          <Link
            className="font-medium text-accent underline-offset-2 hover:underline"
            href={spacePath(workspaceSlug, entry.spaceId, "runs", entry.runId)}
          >
            see the run
          </Link>
          {entry.ruleRevision === null
            ? ""
            : `, by ${entry.ruleName === null ? "its rule" : `the rule “${entry.ruleName}”`}, revision ${entry.ruleRevision}`}
        </>
      ),
    },
    { label: "Registry space", value: entry.spaceName },
    {
      label: "Time left",
      value:
        entry.purgeAfter === null ? (
          <DaysLeft until={null} />
        ) : (
          <>
            <DaysLeft until={entry.purgeAfter} />, purged after {formatDateTime(entry.purgeAfter)}
          </>
        ),
    },
    {
      label: `Tags (${entry.tags.length})`,
      value:
        entry.tags.length > 4 ? (
          <span className="flex flex-wrap gap-1">
            {entry.tags.map((tag) => (
              <Badge key={tag} mono>
                {tag}
              </Badge>
            ))}
          </span>
        ) : (
          <TagList tags={entry.tags} />
        ),
    },
    { label: "Kind", value: `${entry.kind}, ${entry.mediaType}` },
    { label: "Size", value: <Bytes value={entry.logicalBytes} /> },
    {
      label: "Purging frees",
      value: (
        <>
          <Bytes value={entry.uniqueBytes} about />, by the garbage collection after it. What other images share is not
          counted.
        </>
      ),
    },
    { label: "Pushed", value: <RelativeTime at={entry.pushedAt} none="unknown" /> },
    { label: "Last pulled", value: <RelativeTime at={entry.lastPulledAt} /> },
    { label: "Read back from the registry", value: <RelativeTime at={entry.verifiedAt} none="not yet" /> },
  ];
}

const ROLE = { top: "the image itself", child: "a platform of it", referrer: "signature or attachment" } as const;

function Manifests({ workspaceId, spaceId, entryId }: { workspaceId: string; spaceId: string; entryId: string }) {
  const entry = useBinEntry(workspaceId, spaceId, entryId);
  return (
    <section aria-label="Manifests">
      <h3 className="pb-1.5 font-semibold text-md">Manifests{entry.data ? ` (${entry.data.manifests.length})` : ""}</h3>
      {entry.isPending ? (
        <div role="status" aria-busy="true" aria-label="Loading manifests" className="flex flex-col gap-3 py-2">
          <Skeleton className="w-2/3" />
          <Skeleton className="w-1/2" />
        </div>
      ) : entry.data === undefined ? (
        <ErrorState
          className="py-6"
          problem={problemOf(entry.error) ?? { title: "No details" }}
          onRetry={() => entry.refetch()}
        />
      ) : (
        <ul className="divide-y divide-rule border-rule border-y">
          {entry.data.manifests.map((manifest) => (
            <li key={manifest.digest} className="flex flex-wrap items-center gap-x-3 py-1.5">
              <Digest value={manifest.digest} />
              <span>{ROLE[manifest.role]}</span>
              {manifest.tags.length > 0 && manifest.role !== "top" ? <TagList tags={manifest.tags} /> : null}
              {manifest.isRemovedAtSource ? null : (
                <span className="text-sm text-subtle">another image shares it: it stayed there too</span>
              )}
              <span className="text-sm text-subtle">
                <Bytes value={manifest.sizeBytes} />
              </span>
              <span className="min-w-0 text-sm text-subtle [overflow-wrap:anywhere]">{manifest.mediaType}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
