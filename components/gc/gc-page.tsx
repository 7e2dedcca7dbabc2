"use client";

import { Sparkles } from "lucide-react";
import { useState } from "react";
import type { GcStatusDto } from "@/contracts/gc";
import type { Permission } from "@/domain/access/permissions";
import { formatBytes } from "@/lib/bytes";
import { group } from "../history/run-words";
import { spacePath } from "../history/space-path";
import { GatedButton, missingPermissionText } from "../reclaim/gated-button";
import { ButtonLink } from "../ui/button";
import { Callout } from "../ui/callout";
import { EmptyState } from "../ui/empty-state";
import { ErrorState } from "../ui/error-state";
import { problemOf } from "../ui/problem-of";
import { RelativeTime } from "../ui/relative-time";
import { Section } from "../ui/section";
import { Skeleton } from "../ui/skeleton";
import { StatRow, StatTile } from "../ui/stat-tile";
import { GcHistory } from "./gc-history";
import { GcLastResult } from "./gc-last-result";
import { GcLive } from "./gc-live";
import { useGcStatus } from "./queries";
import { StartGcDialog } from "./start-gc-dialog";

export type GcPageProps = {
  workspaceId: string;
  workspaceSlug: string;
  spaceId: string;
  permissions: readonly Permission[];
};

/** The tab "Garbage collection": what is unused now, the collection that runs, and all earlier ones. */
export function GcPage(props: GcPageProps) {
  const status = useGcStatus(props.workspaceId, props.spaceId);
  if (status.isPending) return <GcSkeleton />;
  if (status.data === undefined) {
    return (
      <ErrorState
        problem={problemOf(status.error) ?? { title: "No numbers" }}
        onRetry={() => status.refetch()}
        retrying={status.isFetching}
      />
    );
  }
  const { activeRun } = status.data;
  return (
    <>
      {activeRun ? (
        <GcLive
          key={activeRun.id}
          workspaceId={props.workspaceId}
          initial={activeRun}
          permissions={props.permissions}
        />
      ) : (
        <GcUnused {...props} status={status.data} />
      )}
      {activeRun ? null : <GcLastResult {...props} lastSavings={status.data.lastSavings} />}
      <GcRetention {...props} />
      <GcHistory {...props} />
    </>
  );
}

function GcUnused({ status, ...props }: GcPageProps & { status: GcStatusDto }) {
  const [isStarting, setIsStarting] = useState(false);
  const { unused, capability, lastSavings } = status;
  const isClean = unused !== null && unused.blobCount === 0 && unused.untaggedManifestCount === 0;
  const reason = !props.permissions.includes("gc.run")
    ? missingPermissionText("gc.run")
    : !capability.isAvailable
      ? (capability.reason ?? "This registry cannot be collected.")
      : status.isBusyElsewhere
        ? "Another workspace is collecting this registry now. Only one collection can run at a time."
        : null;
  return (
    <Section
      title="Unused data"
      description={
        <>
          What no kept image of the registry <strong className="font-medium">{status.registryName}</strong> needs any
          more.{" "}
          {unused ? (
            <>
              Measured <RelativeTime at={unused.measuredAt} />.
            </>
          ) : (
            "Not measured yet: the registry has not been read completely."
          )}
        </>
      }
      actions={
        // Also where nothing was unused when it was measured: what came since is found by the collection itself.
        <GatedButton variant={isClean ? "secondary" : "primary"} reason={reason} onClick={() => setIsStarting(true)}>
          {unused && !isClean ? "Empty garbage" : "Run garbage collection"}
        </GatedButton>
      }
    >
      <div className="flex flex-col gap-5">
        {capability.isAvailable ? null : (
          <Callout tone="warning" title="This registry cannot be collected from here">
            {capability.reason ?? "Its storage is not reachable for the console."}
          </Callout>
        )}
        {status.isBusyElsewhere ? (
          <Callout tone="info" title="A collection of this registry is running">
            Another workspace that shares the registry started it. Pushes are refused meanwhile, pulls work.
          </Callout>
        ) : null}
        {isClean ? (
          <EmptyState
            className="py-8"
            icon={<Sparkles />}
            title="No unused data"
            description={
              status.binBytes > 0
                ? `Every blob is needed by an image. The recycle bin holds ${formatBytes(status.binBytes)}, which become unused once its entries are purged.`
                : "Every blob in the registry is needed by an image."
            }
            action={
              status.binBytes > 0 ? (
                <ButtonLink href={spacePath(props.workspaceSlug, props.spaceId, "recycle-bin")}>
                  Open the recycle bin
                </ButtonLink>
              ) : null
            }
          />
        ) : (
          <StatRow>
            <StatTile
              label="Unused data"
              value={unused ? formatBytes(unused.bytes) : "not measured"}
              detail="stored size"
              tone={unused && unused.bytes > 0 ? "warning" : "neutral"}
            />
            <StatTile
              label="Unreferenced blobs"
              value={unused ? group(unused.blobCount) : "–"}
              detail="no manifest names them"
            />
            <StatTile
              label="Untagged manifests"
              value={unused ? group(unused.untaggedManifestCount) : "–"}
              detail="deleted only when you say so"
            />
            <StatTile
              label="In the recycle bin"
              value={formatBytes(status.binBytes)}
              detail="freed only after a purge"
            />
            <StatTile
              label="Last savings"
              value={lastSavings ? formatBytes(lastSavings.freedBytes) : "–"}
              detail={lastSavings ? <RelativeTime at={lastSavings.finishedAt} /> : "no collection yet"}
              tone={lastSavings && lastSavings.freedBytes > 0 ? "positive" : "neutral"}
            />
          </StatRow>
        )}
      </div>
      <StartGcDialog
        workspaceId={props.workspaceId}
        spaceId={props.spaceId}
        status={status}
        open={isStarting}
        onOpenChange={setIsStarting}
      />
    </Section>
  );
}

/** A collection frees what was let go; what lets go by itself is a rule or a policy. */
function GcRetention({ workspaceSlug, spaceId }: GcPageProps) {
  return (
    <Section
      title="Keep it from piling up"
      description="A collection frees only what nothing needs any more. Retention lets go of old images by itself: reclaim rules of this space, and the lifecycle policy of the workspace."
      actions={
        <>
          <ButtonLink href={spacePath(workspaceSlug, spaceId, "reclaim")}>Reclaim rules</ButtonLink>
          <ButtonLink href={`/w/${workspaceSlug}/spaces`}>Lifecycle policy</ButtonLink>
        </>
      }
    >
      <p className="text-sm text-subtle">
        What a rule takes waits in the recycle bin, is purged when its time there is up, and is freed by the next
        collection.
      </p>
    </Section>
  );
}

function GcSkeleton() {
  return (
    <div role="status" aria-busy="true" aria-label="Loading unused data" className="flex flex-col gap-4">
      <Skeleton className="h-4 w-32" />
      <Skeleton className="h-3 w-72" />
      <div className="flex flex-wrap gap-8 pt-2">
        {["w-28", "w-24", "w-28", "w-24"].map((width, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: placeholders have no identity
          <Skeleton key={index} className={`h-10 ${width}`} />
        ))}
      </div>
    </div>
  );
}
