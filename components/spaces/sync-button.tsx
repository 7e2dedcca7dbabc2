"use client";

import { RefreshCw } from "lucide-react";
import { toast } from "sonner";
import type { RegistryDto } from "@/contracts/registries";
import type { SpaceDto } from "@/contracts/spaces";
import type { Permission } from "@/domain/access/permissions";
import { GatedButton, missingPermissionText } from "../reclaim/gated-button";
import { problemOf } from "../ui/problem-of";
import { RelativeTime } from "../ui/relative-time";
import { useSyncSpace } from "./queries";

/** When the registry was last read, and reading it again now. Busy until the answer is in the lists. */
export function SyncButton({
  workspaceId,
  space,
  registry,
  permissions,
}: {
  workspaceId: string;
  space: SpaceDto;
  registry: RegistryDto | undefined;
  permissions: readonly Permission[];
}) {
  const sync = useSyncSpace(workspaceId, space.id, space.registryId);
  const start = () =>
    sync.mutate(undefined, {
      onSuccess: (outcome) => {
        if (outcome === "done") toast.success(`${space.registryName} was read`);
        else toast.info(`${space.registryName} is still being read`, { description: "It goes on in the background." });
      },
      onError: (error) => {
        const problem = problemOf(error);
        toast.error(problem?.title ?? "The registry could not be read", { description: problem?.detail });
      },
    });
  return (
    <div className="flex items-center gap-2.5">
      {registry ? (
        <span className="text-sm text-subtle narrow:order-last">
          {sync.isPending ? (
            "Reading the registry…"
          ) : registry.lastCrawledAt === null ? (
            "Never read"
          ) : (
            <>
              Read <RelativeTime at={registry.lastCrawledAt} />
            </>
          )}
        </span>
      ) : null}
      <GatedButton
        icon={<RefreshCw aria-hidden="true" />}
        loading={sync.isPending}
        reason={permissions.includes("images.sync") ? null : missingPermissionText("images.sync")}
        onClick={start}
      >
        Sync
      </GatedButton>
    </div>
  );
}
