"use client";

import { useParams } from "next/navigation";
import type { RegistryDto } from "@/contracts/registries";
import { spacePath } from "../history/space-path";
import { useSpace } from "../spaces/queries";
import { Banner } from "../ui/banner";
import { ButtonLink } from "../ui/button";
import { RelativeTime } from "../ui/relative-time";
import { useRegistries } from "./queries";

/**
 * Says on every page which registry is read-only because garbage is being collected. Inside a space only its own registry counts;
 * the link to the run is there when the run is this workspace's.
 */
export function ReadOnlyBanner({ workspaceId, workspaceSlug }: { workspaceId: string; workspaceSlug: string }) {
  const { spaceId } = useParams<{ spaceId?: string }>();
  const registries = useRegistries(workspaceId);
  const space = useSpace(workspaceId, spaceId ?? null);
  const collecting = (registries.data?.items ?? []).filter(
    (registry) => registry.readOnly !== null && (!space.data || space.data.registryId === registry.id),
  );
  return collecting.map((registry) => (
    <Banner
      key={registry.id}
      tone="warning"
      title={`Garbage collection is running on ${registry.name}:`}
      action={runLink(registry, workspaceSlug)}
    >
      pushes are refused, pulls work. Began <RelativeTime at={registry.readOnly?.since ?? null} />
      {registry.readOnly?.runId ? "." : ", started by another workspace."}
    </Banner>
  ));
}

function runLink(registry: RegistryDto, workspaceSlug: string) {
  const { runId, spaceId } = registry.readOnly ?? {};
  if (!runId || !spaceId) return null;
  return (
    <ButtonLink size="sm" href={spacePath(workspaceSlug, spaceId, "runs", runId)}>
      Follow the run
    </ButtonLink>
  );
}
