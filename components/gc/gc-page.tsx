"use client";

import { parseAsStringLiteral, useQueryState } from "nuqs";
import type { GcStatusDto } from "@/contracts/gc";
import type { Permission } from "@/domain/access/permissions";
import { spacePath } from "../history/space-path";
import { ChoiceChips } from "../reclaim/choice-chips";
import { ButtonLink } from "../ui/button";
import { ErrorState } from "../ui/error-state";
import { problemOf } from "../ui/problem-of";
import { Section } from "../ui/section";
import { Skeleton } from "../ui/skeleton";
import { GcEnablement } from "./gc-enablement";
import { GcHistory } from "./gc-history";
import { GcLastResult } from "./gc-last-result";
import { GcLive } from "./gc-live";
import { GcSchedule } from "./gc-schedule";
import { GcUnused } from "./gc-unused";
import { type GcTarget, useGcStatus } from "./queries";

export type GcPageProps = {
  workspaceId: string;
  workspaceSlug: string;
  target: GcTarget;
  permissions: readonly Permission[];
};

const VIEWS = ["now", "history"] as const;

/** A registry's collections, seen from one of its spaces or as a whole: what is unused now, what runs, when it runs, and all earlier ones. */
export function GcPage(props: GcPageProps) {
  const status = useGcStatus(props.workspaceId, props.target);
  const [view, setView] = useQueryState("view", parseAsStringLiteral(VIEWS).withDefault("now"));
  if (status.isPending) return <GcSkeleton />;
  if (status.data === undefined) {
    return (
      <ErrorState
        problem={problemOf(status.error) ?? { title: "No numbers" }}
        onRetry={() => status.refetch()}
        retrying={status.isFetching}
      />
    );
  }
  return (
    <div className="flex flex-col gap-5">
      <ChoiceChips
        label="View"
        value={view}
        onValueChange={setView}
        options={[
          { value: "now", label: "Overview" },
          { value: "history", label: "History" },
        ]}
      />
      <div>
        {view === "now" ? (
          <GcNow {...props} status={status.data} />
        ) : (
          <GcHistory
            workspaceId={props.workspaceId}
            workspaceSlug={props.workspaceSlug}
            registryId={status.data.registryId}
            registryName={status.data.registryName}
            permissions={props.permissions}
          />
        )}
      </div>
    </div>
  );
}

function GcNow({ status, ...props }: GcPageProps & { status: GcStatusDto }) {
  const { activeRun } = status;
  return (
    <>
      {activeRun ? (
        <GcLive
          key={activeRun.id}
          workspaceId={props.workspaceId}
          initial={activeRun}
          permissions={props.permissions}
        />
      ) : (
        <>
          <GcEnablement workspaceId={props.workspaceId} permissions={props.permissions} status={status} />
          <GcUnused {...props} status={status} />
          <GcLastResult {...props} status={status} />
        </>
      )}
      <GcSchedule
        workspaceId={props.workspaceId}
        workspaceSlug={props.workspaceSlug}
        permissions={props.permissions}
        status={status}
      />
      <GcRetention workspaceSlug={props.workspaceSlug} spaceId={status.startSpaceId} />
    </>
  );
}

/** A collection frees what was let go; what lets go by itself is a rule or a policy. */
function GcRetention({ workspaceSlug, spaceId }: { workspaceSlug: string; spaceId: string | null }) {
  return (
    <Section
      title="Keep it from piling up"
      description="A collection frees only what nothing needs any more. Retention lets go of old images by itself: reclaim rules of a space, and the lifecycle policy of the workspace."
      actions={
        <>
          {spaceId ? <ButtonLink href={spacePath(workspaceSlug, spaceId, "reclaim")}>Reclaim rules</ButtonLink> : null}
          <ButtonLink href={`/w/${workspaceSlug}/spaces`}>Lifecycle policy</ButtonLink>
        </>
      }
    >
      <p className="text-sm text-subtle">
        What a rule takes waits in the recycle bin, is purged when its time there is up, and is freed by the next
        collection.
      </p>
    </Section>
  );
}

function GcSkeleton() {
  return (
    <div role="status" aria-busy="true" aria-label="Loading unused data" className="flex flex-col gap-4">
      <Skeleton className="h-4 w-32" />
      <Skeleton className="h-3 w-72" />
      <div className="flex flex-wrap gap-8 pt-2">
        {["w-28", "w-24", "w-28", "w-24"].map((width, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: placeholders have no identity
          <Skeleton key={index} className={`h-10 ${width}`} />
        ))}
      </div>
    </div>
  );
}
