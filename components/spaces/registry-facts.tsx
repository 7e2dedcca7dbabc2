"use client";

import { Check, X } from "lucide-react";
import type { RegistryDto } from "@/contracts/registries";
import { cn } from "@/lib/cn";
import { ErrorState } from "../ui/error-state";
import { KeyValueList } from "../ui/key-value-list";
import { problemOf } from "../ui/problem-of";
import { RelativeTime } from "../ui/relative-time";
import { Skeleton } from "../ui/skeleton";
import { StatusPill } from "../ui/status-pill";
import { useRegistries } from "../workspaces/queries";

const KIND = { distribution: "CNCF Distribution", harbor: "Harbor" } as const;
const AUTH = {
  console: "This console issues the tokens; workspace roles decide",
  basic: "The registry's own user names and passwords",
  none: "None: whoever reaches it may pull and push",
} as const;
const ABILITIES = [
  { key: "recycle", label: "Recycle, restore, purge" },
  { key: "garbageCollection", label: "Garbage collection" },
  { key: "untaggedManifests", label: "Sees untagged manifests" },
] as const satisfies readonly { key: keyof RegistryDto["capabilities"]; label: string }[];

/** What the registry is, and what it can do here; what it cannot do says why. */
export function RegistryFacts({ workspaceId, registryId }: { workspaceId: string; registryId: string }) {
  const registries = useRegistries(workspaceId);
  const registry = registries.data?.items.find((candidate) => candidate.id === registryId);
  if (registries.isPending) {
    return (
      <div role="status" aria-busy="true" aria-label="Loading the registry" className="flex flex-col gap-3">
        <Skeleton className="w-64" />
        <Skeleton className="w-80" />
      </div>
    );
  }
  if (!registry) {
    return (
      <ErrorState
        problem={
          problemOf(registries.error) ?? {
            title: "The registry is not in the list",
            detail: "This workspace may not use it any more.",
          }
        }
        onRetry={() => registries.refetch()}
        retrying={registries.isFetching}
      />
    );
  }
  return (
    <KeyValueList
      className="max-w-2xl"
      items={[
        { label: "Name", value: registry.name },
        { label: "Address", value: <code>{registry.url}</code> },
        { label: "Kind", value: KIND[registry.kind] },
        { label: "Sign-in", value: AUTH[registry.auth] },
        { label: "Last read", value: <RelativeTime at={registry.lastCrawledAt} /> },
        {
          label: "State",
          value: registry.readOnly ? (
            <StatusPill tone="warning">Read-only: garbage collection is running</StatusPill>
          ) : (
            <StatusPill tone="positive">Accepts pushes</StatusPill>
          ),
        },
        ...ABILITIES.map(({ key, label }) => ({ label, value: <Ability {...registry.capabilities[key]} /> })),
      ]}
    />
  );
}

function Ability({ isAvailable, reason }: { isAvailable: boolean; reason: string | null }) {
  const Icon = isAvailable ? Check : X;
  return (
    <>
      <Icon
        className={cn("mr-1.5 inline size-4 align-[-3px]", isAvailable ? "text-accent" : "text-danger")}
        aria-hidden="true"
      />
      {isAvailable ? "Available" : "Not available"}
      {reason ? <span className="block text-muted">{reason}</span> : null}
    </>
  );
}
