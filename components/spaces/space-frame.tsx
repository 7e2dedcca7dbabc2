"use client";

import type { ReactNode } from "react";
import type { Permission } from "@/domain/access/permissions";
import { spacePath } from "../history/space-path";
import { PurgeAnnouncement } from "../recycle-bin/purge-announcement";
import { ButtonLink } from "../ui/button";
import { CopyButton } from "../ui/copy-button";
import { EmptyState } from "../ui/empty-state";
import { ErrorState } from "../ui/error-state";
import { PageHeader } from "../ui/page-header";
import { problemOf } from "../ui/problem-of";
import { Skeleton } from "../ui/skeleton";
import { Badge, StatusPill } from "../ui/status-pill";
import { TabNav } from "../ui/tab-nav";
import { useRegistries } from "../workspaces/queries";
import { isNotFound } from "./is-not-found";
import { PushPopover } from "./push-popover";
import { useSpace } from "./queries";
import { permissionsIn } from "./reader-permissions";
import { registryHost } from "./registry-host";
import { SyncButton } from "./sync-button";

const TABS = [
  { path: "images", label: "Images" },
  { path: "reclaim", label: "Reclaim" },
  { path: "recycle-bin", label: "Recycle bin" },
  { path: "gc", label: "Garbage collection" },
  { path: "storage", label: "Storage" },
  { path: "history", label: "History" },
  { path: "settings", label: "Settings" },
] as const;

export type SpaceFrameProps = {
  workspaceId: string;
  workspaceSlug: string;
  spaceId: string;
  permissions: readonly Permission[];
  userEmail: string;
  children: ReactNode;
};

/** Head and tabs of a registry space: its name, where to push, when it was last read. A foreign or unknown id shows neither. */
export function SpaceFrame({ workspaceId, workspaceSlug, spaceId, permissions, userEmail, children }: SpaceFrameProps) {
  const query = useSpace(workspaceId, spaceId);
  const registries = useRegistries(workspaceId);
  const space = query.data;
  const registry = registries.data?.items.find((candidate) => candidate.id === space?.registryId);
  const spacesHref = `/w/${workspaceSlug}/spaces`;

  if (isNotFound(query.error)) {
    return (
      <EmptyState
        className="py-24"
        title={<h1>There is no such registry space</h1>}
        description="It does not exist, or it belongs to a workspace that you are not a member of."
        action={<ButtonLink href={spacesHref}>All registry spaces</ButtonLink>}
      />
    );
  }
  if (!space && query.error) {
    return (
      <ErrorState
        problem={problemOf(query.error) ?? { title: "This space could not be loaded" }}
        onRetry={() => query.refetch()}
        retrying={query.isFetching}
      />
    );
  }

  const isReader = space?.access === "reader";
  // What belongs to another workspace is browsed and pulled; everything else is its owner's.
  const tabs = isReader ? TABS.filter(({ path }) => path === "images") : TABS;
  const reference = space ? `${registryHost(space.registryUrl)}/${space.prefix}` : undefined;
  return (
    <>
      <PageHeader
        className="pb-3"
        breadcrumbs={[{ label: "Registry spaces", href: spacesHref }, { label: space?.name ?? "…" }]}
        title={space?.name ?? <Skeleton className="my-2 h-5 w-48" />}
        description={
          reference === undefined ? (
            <Skeleton className="my-1 w-64" />
          ) : (
            <span className="inline-flex max-w-full items-center gap-1">
              <code className="[overflow-wrap:anywhere]">{reference}</code>
              <CopyButton text={reference} label="Copy the prefix" className="size-6 text-subtle [&_svg]:size-3.5" />
            </span>
          )
        }
        status={
          space && isReader ? (
            <Badge tone="info">
              {space.isPublic ? `public, of ${space.ownerName}` : `shared by ${space.ownerName}`}
            </Badge>
          ) : space && space.activeRunCount > 0 ? (
            <StatusPill tone="progress">
              {space.activeRunCount === 1 ? "1 run in progress" : `${space.activeRunCount} runs in progress`}
            </StatusPill>
          ) : null
        }
        actions={
          space ? (
            <>
              {isReader ? null : <SyncButton workspaceId={workspaceId} space={space} permissions={permissions} />}
              <PushPopover
                space={space}
                registry={registry}
                permissions={permissionsIn(space, permissions)}
                userEmail={userEmail}
              />
            </>
          ) : null
        }
      />
      <TabNav
        label={space ? `Registry space ${space.name}` : "Registry space"}
        tabs={tabs.map(({ path, label }) => ({ href: spacePath(workspaceSlug, spaceId, path), label }))}
        className="mb-6"
      />
      {space && !isReader && permissions.includes("bin.read") ? (
        <PurgeAnnouncement workspaceId={workspaceId} workspaceSlug={workspaceSlug} spaceId={spaceId} />
      ) : null}
      {children}
    </>
  );
}
