"use client";

import { formatBytes } from "@/lib/bytes";
import { count } from "../history/run-words";
import { Skeleton } from "../ui/skeleton";
import { StatTile } from "../ui/stat-tile";
import { useWorkspaceStorage } from "./queries";
import { aboutBytes, shareText } from "./storage-words";

/** Three numbers of a workspace for a `StatRow`: what pulling everything would transfer, what is unreferenced, and what could be freed. */
export function WorkspaceStorageTiles({ workspaceId }: { workspaceId: string }) {
  const storage = useWorkspaceStorage(workspaceId);
  const known = storage.data;
  const waiting = storage.error ? "–" : <Skeleton className="my-2 h-4 w-20" />;
  const none = storage.error ? "could not be read" : "\u00a0";
  const measured = known?.registries.filter((registry) => registry.unreferenced !== null) ?? [];
  const unreferenced = measured.reduce((sum, registry) => sum + (registry.unreferenced?.bytes ?? 0), 0);
  const share = known?.total.reclaimable.share ?? null;
  const isAbout =
    known !== undefined &&
    (known.total.isStale || known.total.untagged.isStale || measured.some((one) => !one.isShared));
  return (
    <>
      <StatTile
        label="Logical"
        value={known ? formatBytes(known.total.logicalBytes) : waiting}
        detail={known ? "what pulling every image would transfer" : none}
      />
      <StatTile
        label="Unreferenced"
        value={known ? (measured.length === 0 ? "not measured" : aboutBytes(unreferenced, true)) : waiting}
        detail={known ? `of ${count(known.registries.length, "whole registry", "whole registries")}` : none}
      />
      <StatTile
        label="Reclaimable"
        value={known ? (share === null ? "–" : `${isAbout ? "about " : ""}${shareText(share)}`) : waiting}
        detail={known ? `${formatBytes(known.total.reclaimable.reclaimableBytes)} could be freed` : none}
      />
    </>
  );
}
