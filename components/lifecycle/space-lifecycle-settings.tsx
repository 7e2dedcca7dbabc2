"use client";

import { useState } from "react";
import type { SpaceDto } from "@/contracts/spaces";
import type { Permission } from "@/domain/access/permissions";
import { Button } from "../ui/button";
import { ErrorState } from "../ui/error-state";
import { problemOf } from "../ui/problem-of";
import { Skeleton } from "../ui/skeleton";
import { Badge } from "../ui/status-pill";
import { ClearingPolicyDialog } from "./clearing-policy-dialog";
import { inheritedText, policyBadge } from "./policy-words";
import { useSpaceLifecycle } from "./queries";

/** In the settings of a space: the lifecycle policy of its own, or the one that it inherits. */
export function SpaceLifecycleSettings({
  workspaceId,
  workspaceSlug,
  space,
  permissions,
}: {
  workspaceId: string;
  workspaceSlug: string;
  space: SpaceDto;
  permissions: readonly Permission[];
}) {
  const [isOpen, setIsOpen] = useState(false);
  const place = { workspaceId, spaceId: space.id, repository: null };
  const lifecycle = useSpaceLifecycle(place);
  if (!lifecycle.data) {
    return lifecycle.error ? (
      <ErrorState
        className="py-6"
        problem={problemOf(lifecycle.error) ?? { title: "The lifecycle policy could not be loaded" }}
        onRetry={() => lifecycle.refetch()}
      />
    ) : (
      <Skeleton className="w-80" />
    );
  }
  const { own, inherited } = lifecycle.data;
  const badge = policyBadge(lifecycle.data);
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
      {badge === null ? null : <Badge tone={own === null ? "neutral" : "info"}>{badge}</Badge>}
      <span className="text-muted">{own === null ? inheritedText(inherited) : `It reserves ${own.keepText}.`}</span>
      <Button onClick={() => setIsOpen(true)}>{own === null ? "Set a policy of its own" : "Change"}</Button>
      {isOpen ? (
        <ClearingPolicyDialog
          place={place}
          name={space.name}
          workspaceSlug={workspaceSlug}
          permissions={permissions}
          lifecycle={lifecycle.data}
          onClose={() => setIsOpen(false)}
        />
      ) : null}
    </div>
  );
}
