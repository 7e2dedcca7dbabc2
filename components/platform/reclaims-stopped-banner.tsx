"use client";

import { Banner } from "../ui/banner";
import { ButtonLink } from "../ui/button";
import { RelativeTime } from "../ui/relative-time";
import { useReclaimSwitch } from "./switch-queries";

/** Says on every page that no reclaim runs on the whole platform, who stopped them and why. */
export function ReclaimsStoppedBanner({ workspaceSlug }: { workspaceSlug: string }) {
  const { data } = useReclaimSwitch();
  if (!data?.isStopped) return null;
  return (
    <Banner
      tone="danger"
      title="Reclaims are stopped on the whole platform:"
      action={
        data.canChange ? (
          <ButtonLink size="sm" href={`/w/${workspaceSlug}/platform`}>
            Open the switch
          </ButtonLink>
        ) : null
      }
    >
      {data.reason} ({data.stoppedByName}, <RelativeTime at={data.stoppedAt} />
      ). None starts or goes on, schedules are skipped. Previews, restores and purges work.
    </Banner>
  );
}
