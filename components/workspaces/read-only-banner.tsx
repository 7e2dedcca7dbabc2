"use client";

import { useParams } from "next/navigation";
import type { CollectingDto } from "@/contracts/gc";
import { spacePath } from "../history/space-path";
import { useSpace } from "../spaces/queries";
import { Banner } from "../ui/banner";
import { ButtonLink } from "../ui/button";
import { RelativeTime } from "../ui/relative-time";
import { useCollecting } from "./queries";

/**
 * Says on every page which registry is being collected, and what that means for pushes. Inside a space, or on a registry's page, only its
 * own counts; the link to the run is there when the run is this workspace's.
 */
export function ReadOnlyBanner({ workspaceId, workspaceSlug }: { workspaceId: string; workspaceSlug: string }) {
  const { spaceId, registryId: shownId } = useParams<{ spaceId?: string; registryId?: string }>();
  const collecting = useCollecting(workspaceId);
  const space = useSpace(workspaceId, spaceId ?? null);
  const onlyId = shownId ?? space.data?.registryId;
  const felt = (collecting.data?.items ?? []).filter(({ registryId }) => !onlyId || registryId === onlyId);
  return felt.map((one) => (
    <Banner
      key={one.registryId}
      tone={one.mode === "online" ? "info" : "warning"}
      title={`Garbage collection is running on ${one.registryName}:`}
      action={runLink(one, workspaceSlug)}
    >
      {one.mode === "online" ? "pushes and pulls go on." : "pushes are refused, pulls work."} Began{" "}
      <RelativeTime at={one.since} />
      {one.endsAbout ? (
        <>
          , over about <RelativeTime at={one.endsAbout} />
        </>
      ) : null}
      {one.run ? "." : ", started by another workspace."}
    </Banner>
  ));
}

function runLink({ run }: CollectingDto, workspaceSlug: string) {
  if (!run) return null;
  return (
    <ButtonLink size="sm" href={spacePath(workspaceSlug, run.spaceId, "runs", run.id)}>
      Follow the run
    </ButtonLink>
  );
}
