"use client";

import { TimerReset } from "lucide-react";
import { useState } from "react";
import type { SpaceDto } from "@/contracts/spaces";
import type { Permission } from "@/domain/access/permissions";
import { withoutPrefix } from "../images/pull-reference";
import { Badge } from "../ui/status-pill";
import { ClearingPolicyDialog } from "./clearing-policy-dialog";
import { policyBadge } from "./policy-words";
import { useSpaceLifecycle } from "./queries";

/** Above the tag list of a repository: which lifecycle policy counts for it, and the way to one of its own. */
export function ClearingPolicyPrompt({
  workspaceId,
  workspaceSlug,
  space,
  repository,
  permissions,
}: {
  workspaceId: string;
  workspaceSlug: string;
  space: SpaceDto;
  repository: string;
  permissions: readonly Permission[];
}) {
  const [isOpen, setIsOpen] = useState(false);
  // A space that is only bound to this workspace has its policies elsewhere.
  const isOwn = space.access === "owner" && permissions.includes("rules.read");
  const place = { workspaceId, spaceId: space.id, repository };
  const lifecycle = useSpaceLifecycle(isOwn ? place : null);
  // The images below do not wait for this line, and neither are they kept from anybody by an error of it.
  if (!lifecycle.data) return null;
  const { own, effective } = lifecycle.data;
  const badge = policyBadge(lifecycle.data);
  return (
    <div className="mb-2 flex min-h-9 flex-wrap items-center gap-x-2 gap-y-0.5 rounded-md border border-rule bg-sunken px-3 py-1.5">
      <TimerReset className="size-4 shrink-0 text-subtle" aria-hidden="true" />
      {badge === null ? null : <Badge tone={own === null ? "neutral" : "info"}>{badge}</Badge>}
      <span className="min-w-0 flex-1 basis-72 text-muted">
        {effective === null
          ? "No tag here is cleared by itself. You can"
          : `Reserves ${effective.keepText}; the rest is cleared when the quota is reached.`}{" "}
        <button
          type="button"
          onClick={() => setIsOpen(true)}
          className="rounded-sm text-accent underline underline-offset-2 hover:no-underline"
        >
          {own === null ? "set an automatic clearing policy" : "change the automatic clearing policy"}
        </button>
        {effective === null ? "." : null}
      </span>
      {isOpen ? (
        <ClearingPolicyDialog
          place={place}
          name={withoutPrefix(repository, space.prefix)}
          workspaceSlug={workspaceSlug}
          permissions={permissions}
          lifecycle={lifecycle.data}
          onClose={() => setIsOpen(false)}
        />
      ) : null}
    </div>
  );
}
