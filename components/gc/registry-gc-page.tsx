"use client";

import type { Permission } from "@/domain/access/permissions";
import { count } from "../history/run-words";
import { PageHeader } from "../ui/page-header";
import { Skeleton } from "../ui/skeleton";
import { GcPage } from "./gc-page";
import { useGcStatus } from "./queries";

/** The page of a registry: its collections as a whole, whichever space they are looked at from. */
export function RegistryGcPage({
  registryId,
  ...props
}: {
  workspaceId: string;
  workspaceSlug: string;
  registryId: string;
  permissions: readonly Permission[];
}) {
  const target = { registryId };
  const status = useGcStatus(props.workspaceId, target).data;
  return (
    <>
      <PageHeader
        breadcrumbs={[
          { label: "Registries", href: `/w/${props.workspaceSlug}/registries` },
          { label: status?.registryName ?? "…" },
        ]}
        title={status ? `Garbage collection of ${status.registryName}` : <Skeleton className="my-2 h-5 w-72" />}
        description={
          status
            ? `Of the whole registry: ${count(status.spaces.length, "space")} of this workspace${status.isShared ? ", and those of others" : ""}.`
            : undefined
        }
      />
      <GcPage {...props} target={target} />
    </>
  );
}
