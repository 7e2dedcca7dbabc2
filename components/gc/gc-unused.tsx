"use client";

import { Sparkles } from "lucide-react";
import { useState } from "react";
import type { GcStatusDto } from "@/contracts/gc";
import type { Permission } from "@/domain/access/permissions";
import { formatBytes } from "@/lib/bytes";
import { count } from "../history/run-words";
import { spacePath } from "../history/space-path";
import { GatedButton, missingPermissionText } from "../reclaim/gated-button";
import { ButtonLink } from "../ui/button";
import { Callout } from "../ui/callout";
import { EmptyState } from "../ui/empty-state";
import { RelativeTime } from "../ui/relative-time";
import { Section } from "../ui/section";
import { StatRow, StatTile } from "../ui/stat-tile";
import { hasNothingUnused } from "./gc-words";
import { StartGcDialog } from "./start-gc-dialog";

type GcUnusedProps = {
  workspaceId: string;
  workspaceSlug: string;
  permissions: readonly Permission[];
  status: GcStatusDto;
};

/** What nothing needs now, in its parts, and the way to be rid of it. */
export function GcUnused({ status, ...props }: GcUnusedProps) {
  const [isStarting, setIsStarting] = useState(false);
  const { unused } = status;
  const isClean = hasNothingUnused(unused);
  return (
    <Section
      title="Unused data"
      description={
        <>
          What no kept image of the registry <strong className="font-medium">{status.registryName}</strong> needs any
          more, images, charts and other artifacts alike.{" "}
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
        <GatedButton
          variant={isClean ? "secondary" : "primary"}
          reason={closedReason(status, props.permissions)}
          onClick={() => setIsStarting(true)}
        >
          {unused && !isClean ? "Empty garbage" : "Run garbage collection"}
        </GatedButton>
      }
    >
      <div className="flex flex-col gap-5">
        {status.isBusyElsewhere ? (
          <Callout tone="info" title="A collection of this registry is running">
            Another workspace that shares the registry started it. Its numbers are measured again when it is over.
          </Callout>
        ) : null}
        {isClean ? <NoUnusedData status={status} {...props} /> : <UnusedTiles status={status} />}
      </div>
      {status.startSpaceId ? (
        <StartGcDialog
          workspaceId={props.workspaceId}
          spaceId={status.startSpaceId}
          status={status}
          open={isStarting}
          onOpenChange={setIsStarting}
        />
      ) : null}
    </Section>
  );
}

/** Why this person cannot start one now; null = they can. */
function closedReason(status: GcStatusDto, permissions: readonly Permission[]): string | null {
  if (!permissions.includes("gc.run")) return missingPermissionText("gc.run");
  if (!status.capability.isAvailable) return status.capability.reason ?? "This registry cannot be collected.";
  if (status.startSpaceId === null) return "This workspace has no registry space on this registry.";
  return status.isBusyElsewhere
    ? "Another workspace is collecting this registry now. Only one collection can run at a time."
    : null;
}

function NoUnusedData({ status, workspaceSlug }: { status: GcStatusDto; workspaceSlug: string }) {
  const { binBytes, startSpaceId } = status;
  return (
    <EmptyState
      className="py-8"
      icon={<Sparkles />}
      title="No unused data"
      description={
        binBytes > 0
          ? `Every blob is needed by an image. The recycle bin holds ${formatBytes(binBytes)}, which become unused once its entries are purged.`
          : "Every blob in the registry is needed by an image."
      }
      action={
        binBytes > 0 && startSpaceId ? (
          <ButtonLink href={spacePath(workspaceSlug, startSpaceId, "recycle-bin")}>Open the recycle bin</ButtonLink>
        ) : null
      }
    />
  );
}

function UnusedTiles({ status: { unused, binBytes, lastSavings } }: { status: GcStatusDto }) {
  return (
    <StatRow>
      <StatTile
        label="Unused data"
        value={unused ? formatBytes(unused.bytes) : "not measured"}
        detail="stored size"
        tone={unused && unused.bytes > 0 ? "warning" : "neutral"}
      />
      <StatTile
        label="Unreferenced blobs"
        value={unused ? bytesOr(unused.blobBytes, unused.blobCount) : "–"}
        detail={unused ? `${count(unused.blobCount, "blob")} that no manifest names` : "no manifest names them"}
      />
      <StatTile
        label="Untagged manifests"
        value={unused ? bytesOr(unused.untaggedBytes, unused.untaggedManifestCount) : "–"}
        detail={
          unused
            ? `${count(unused.untaggedManifestCount, "manifest")}, deleted when you say so`
            : "deleted when you say so"
        }
      />
      <StatTile label="In the recycle bin" value={formatBytes(binBytes)} detail="freed only after a purge" />
      <StatTile
        label="Last savings"
        value={lastSavings ? formatBytes(lastSavings.freedBytes) : "–"}
        detail={lastSavings ? <RelativeTime at={lastSavings.finishedAt} /> : "no collection yet"}
        tone={lastSavings && lastSavings.freedBytes > 0 ? "positive" : "neutral"}
      />
    </StatRow>
  );
}

/** Before the two were told apart by bytes, they were only counted. */
function bytesOr(bytes: number | null, counted: number): string {
  return bytes === null ? counted.toLocaleString("en-US") : formatBytes(bytes);
}
