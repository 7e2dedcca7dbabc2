"use client";

import { Package } from "lucide-react";
import type { SpaceDto } from "@/contracts/spaces";
import type { Permission } from "@/domain/access/permissions";
import { PushCommands } from "../spaces/push-popover";
import { EmptyState } from "../ui/empty-state";
import { useMe, useRegistries } from "../workspaces/queries";

/** A space without an image: what to do to get one in. */
export function EmptySpace({
  workspaceId,
  space,
  permissions,
}: {
  workspaceId: string;
  space: SpaceDto;
  permissions: readonly Permission[];
}) {
  const registries = useRegistries(workspaceId);
  const me = useMe();
  return (
    <div className="border-rule border-y pb-10">
      <EmptyState
        className="pb-6"
        icon={<Package />}
        title="No image in this space yet"
        description={
          space.binEntryCount > 0
            ? "All that was here is in the recycle bin. Restore it from there, or push something new."
            : "Push one with docker or skopeo; it appears here as soon as the registry reports it, or with Sync."
        }
      />
      <div className="mx-auto max-w-lg px-4">
        <PushCommands
          space={space}
          registry={registries.data?.items.find((registry) => registry.id === space.registryId)}
          permissions={permissions}
          userEmail={me.data?.user.email ?? "you@example.com"}
        />
      </div>
    </div>
  );
}
