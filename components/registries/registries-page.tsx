"use client";

import { Plus, Server } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import type { RegistryDto } from "@/contracts/registries";
import type { Permission } from "@/domain/access/permissions";
import { GatedButton, missingPermissionText } from "../reclaim/gated-button";
import { ConfirmDialog } from "../ui/confirm-dialog";
import { DataTable } from "../ui/data-table";
import { EmptyState } from "../ui/empty-state";
import { PageHeader } from "../ui/page-header";
import { problemOf } from "../ui/problem-of";
import { useRegistries } from "../workspaces/queries";
import { useCheckRegistry, useDetachRegistry } from "./queries";
import { registryColumns } from "./registry-columns";
import { RegistryDialog } from "./registry-dialog";
import { RegistrySheet } from "./registry-sheet";

export type RegistriesPageProps = {
  workspaceId: string;
  workspaceSlug: string;
  workspaceName: string;
  permissions: readonly Permission[];
  isPlatformAdmin: boolean;
};

type Open = { what: "attach" } | { what: "edit" | "detach" | "show"; registryId: string } | null;

/** Registries that the workspace may use: how each is, and attaching, editing and detaching them. */
export function RegistriesPage(props: RegistriesPageProps) {
  const { workspaceId, workspaceSlug, workspaceName, permissions, isPlatformAdmin } = props;
  const [open, setOpen] = useState<Open>(null);
  const registries = useRegistries(workspaceId);
  const check = useCheckRegistry(workspaceId);
  const detach = useDetachRegistry(workspaceId);
  const mayWrite = permissions.includes("registries.write");
  const chosen = (what: "edit" | "detach" | "show") =>
    (open?.what === what && registries.data?.items.find((registry) => registry.id === open.registryId)) || null;
  const detached = chosen("detach");
  const edited = chosen("edit");
  const close = () => setOpen(null);

  const checkNow = (registry: RegistryDto) =>
    check.mutate(registry.id, {
      onSuccess: ({ name, health }) =>
        health.state === "healthy"
          ? toast.success(`${name} is healthy`, { description: `It answered within ${health.latencyMs ?? 0} ms.` })
          : toast.error(`${name} is unhealthy`, { description: health.reason ?? undefined }),
      onError: (error) => toast.error(problemOf(error)?.title ?? "It could not be checked"),
    });
  const attachButton = (
    <GatedButton
      variant="primary"
      icon={<Plus aria-hidden="true" />}
      reason={mayWrite ? null : missingPermissionText("registries.write")}
      onClick={() => setOpen({ what: "attach" })}
    >
      Attach registry
    </GatedButton>
  );

  return (
    <>
      <PageHeader
        title="Registries"
        description="Where images are stored. Registry spaces are prefixes of one of these; each is asked every minute whether it is well."
        actions={attachButton}
      />
      <DataTable<RegistryDto>
        label="Registries"
        columns={registryColumns(workspaceSlug, mayWrite, {
          onShow: ({ id }) => setOpen({ what: "show", registryId: id }),
          onEdit: ({ id }) => setOpen({ what: "edit", registryId: id }),
          onDetach: ({ id }) => setOpen({ what: "detach", registryId: id }),
          onCheck: checkNow,
        })}
        rows={registries.data?.items}
        rowKey={(registry) => registry.id}
        rowLabel={(registry) => registry.name}
        error={problemOf(registries.error)}
        onRetry={() => registries.refetch()}
        skeletonRows={2}
        empty={
          <EmptyState
            icon={<Server />}
            title="No registry yet"
            description="Attach a registry that runs already, or ask a platform admin for one that every workspace may use."
            action={attachButton}
          />
        }
      />
      <RegistryDialog
        workspaceId={workspaceId}
        workspaceName={workspaceName}
        isPlatformAdmin={isPlatformAdmin}
        registry={edited}
        open={open?.what === "attach" || edited !== null}
        onOpenChange={(isOpen) => {
          if (!isOpen) close();
        }}
      />
      <RegistrySheet workspaceId={workspaceId} registry={chosen("show")} onClose={close} />
      <ConfirmDialog
        open={detached !== null}
        onOpenChange={(isOpen) => {
          if (!isOpen) close();
        }}
        title={`Detach ${detached?.name ?? "the registry"}?`}
        description="It leaves this list, and its password is forgotten. Images stay in the registry, history stays here. It can be attached again."
        confirmLabel="Detach registry"
        onConfirm={async () => {
          if (!detached) return;
          await detach.mutateAsync(detached.id);
          toast.success(`${detached.name} was detached`);
        }}
      />
    </>
  );
}
