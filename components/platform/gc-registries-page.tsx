"use client";

import { Server } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import type { PlatformGcRegistryDto } from "@/contracts/gc-settings";
import { useGcRegistries, useSetGcEnablement } from "../gc/queries";
import { Button } from "../ui/button";
import { ConfirmDialog } from "../ui/confirm-dialog";
import { DataTable } from "../ui/data-table";
import type { Column } from "../ui/data-table-columns";
import { EmptyState } from "../ui/empty-state";
import { problemOf } from "../ui/problem-of";
import { RelativeTime } from "../ui/relative-time";
import { Section } from "../ui/section";
import { StatusPill } from "../ui/status-pill";

/** Which registries may be collected, who asks for it, and the switch for each. */
export function GcRegistriesPage() {
  const registries = useGcRegistries();
  const [asked, setAsked] = useState<PlatformGcRegistryDto | null>(null);
  return (
    <Section
      title="Garbage collection"
      description="A registry is enabled once. From then on admins of the workspaces that use it run collections themselves."
    >
      <DataTable<PlatformGcRegistryDto>
        label="Garbage collection of registries"
        columns={columns(setAsked)}
        rows={registries.data?.items}
        rowKey={(registry) => registry.registryId}
        rowLabel={(registry) => registry.name}
        error={problemOf(registries.error)}
        onRetry={() => registries.refetch()}
        skeletonRows={2}
        empty={<EmptyState icon={<Server />} title="No registry is attached yet" />}
      />
      {asked ? <SwitchDialog registry={asked} onClose={() => setAsked(null)} /> : null}
    </Section>
  );
}

function columns(onSwitch: (registry: PlatformGcRegistryDto) => void): Column<PlatformGcRegistryDto>[] {
  return [
    {
      id: "name",
      header: "Registry",
      priority: 1,
      wrap: true,
      cell: ({ name, url }) => (
        <span className="flex flex-col">
          <span className="font-medium">{name}</span>
          <code className="text-subtle [overflow-wrap:anywhere]">{url}</code>
        </span>
      ),
    },
    {
      id: "owner",
      header: "For",
      width: "150px",
      cell: ({ workspaceName }) => workspaceName ?? "every workspace",
    },
    {
      id: "modes",
      header: "Modes",
      width: "130px",
      cell: ({ modes }) => <Modes modes={modes} />,
    },
    {
      id: "state",
      header: "Collections",
      width: "34%",
      wrap: true,
      cell: (registry) => <State registry={registry} />,
    },
    {
      id: "actions",
      header: "Actions",
      hideHeader: true,
      width: "100px",
      align: "end",
      cell: (registry) => (
        <Button
          size="sm"
          variant={registry.requests.length > 0 ? "primary" : "secondary"}
          aria-label={`${registry.enabledAt ? "Disable" : "Enable"} garbage collection for ${registry.name}`}
          onClick={() => onSwitch(registry)}
        >
          {registry.enabledAt ? "Disable" : "Enable"}
        </Button>
      ),
    },
  ];
}

function Modes({ modes }: Pick<PlatformGcRegistryDto, "modes">) {
  const possible = [
    modes.read_only.isAvailable ? "read-only" : null,
    modes.online.isAvailable ? "online" : null,
  ].filter((mode) => mode !== null);
  if (possible.length > 0) return possible.join(", ");
  return (
    <span className="text-subtle" title={modes.read_only.reason ?? undefined}>
      none
    </span>
  );
}

function State({ registry: { enabledAt, enabledByName, requests } }: { registry: PlatformGcRegistryDto }) {
  return (
    <span className="flex flex-col gap-1">
      <StatusPill tone={enabledAt ? "positive" : requests.length > 0 ? "warning" : "neutral"} look="plain">
        {enabledAt ? "Enabled" : requests.length > 0 ? "Requested" : "Off"}
      </StatusPill>
      {enabledAt ? (
        <span className="text-sm text-subtle">
          <RelativeTime at={enabledAt} />
          {enabledByName ? ` by ${enabledByName}` : ""}
        </span>
      ) : null}
      {requests.map((request) => (
        <span key={request.workspaceId} className="text-sm [overflow-wrap:anywhere]">
          {request.requestedByName} of {request.workspaceName}, <RelativeTime at={request.requestedAt} />
          {request.note ? `: “${request.note}”` : ""}
        </span>
      ))}
    </span>
  );
}

function SwitchDialog({ registry, onClose }: { registry: PlatformGcRegistryDto; onClose: () => void }) {
  const change = useSetGcEnablement();
  const { registryId, name, enabledAt } = registry;
  const isEnabled = enabledAt === null;
  return (
    <ConfirmDialog
      open
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose();
      }}
      tone={isEnabled ? "primary" : "danger"}
      title={`${isEnabled ? "Enable" : "Disable"} garbage collection for ${name}?`}
      description={
        isEnabled
          ? "Admins of every workspace that has a registry space there can then run it, by hand or on a schedule. Nothing is deleted by enabling it."
          : "Nobody can start a collection there then, and schedules are passed over. One that runs goes on unless its worker is lost."
      }
      confirmLabel={isEnabled ? "Enable" : "Disable"}
      onConfirm={async () => {
        await change.mutateAsync({ registryId, isEnabled });
        toast.success(`Garbage collection is ${isEnabled ? "enabled" : "disabled"} for ${name}`);
      }}
    />
  );
}
