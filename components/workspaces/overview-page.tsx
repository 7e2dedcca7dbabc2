"use client";

import { ArrowRight } from "lucide-react";
import Link from "next/link";
import type { SpaceDto } from "@/contracts/spaces";
import type { Permission } from "@/domain/access/permissions";
import { formatBytes } from "@/lib/bytes";
import { count, group } from "../history/run-words";
import { spacePath } from "../history/space-path";
import { useSpaces } from "../spaces/queries";
import { WorkspaceStorageTiles } from "../storage/workspace-storage-tiles";
import { Button, ButtonLink } from "../ui/button";
import { Bytes } from "../ui/bytes";
import { Callout } from "../ui/callout";
import { ErrorState } from "../ui/error-state";
import { PageHeader } from "../ui/page-header";
import { problemOf } from "../ui/problem-of";
import { Section } from "../ui/section";
import { Skeleton } from "../ui/skeleton";
import { StatRow, StatTile } from "../ui/stat-tile";
import { type NextStep, nextSteps } from "./next-steps";
import { useWorkspace } from "./queries";
import { RunningRuns } from "./running-runs";

const LARGEST_SHOWN = 5;

export type OverviewPageProps = {
  workspaceId: string;
  workspaceSlug: string;
  workspaceName: string;
  permissions: readonly Permission[];
};

/** A workspace at a glance: what is stored, what waits, what was freed, what runs, and what to do next. */
export function OverviewPage({ workspaceId, workspaceSlug, workspaceName, permissions }: OverviewPageProps) {
  const home = `/w/${workspaceSlug}`;
  const spaces = useSpaces(workspaceId);
  const own = spaces.data?.items.filter((space) => space.access === "owner");
  return (
    <>
      <PageHeader
        title={workspaceName}
        description="What is stored, what waits in the recycle bins, and what was freed. Sizes are as stored: compressed, each blob counted once."
        actions={<ButtonLink href={`${home}/spaces`}>Registry spaces</ButtonLink>}
      />
      <div className="flex flex-col gap-8">
        <Numbers workspaceId={workspaceId} />
        {own === undefined ? (
          spaces.isPending ? (
            <div role="status" aria-busy="true" aria-label="Loading registry spaces" className="flex flex-col gap-4">
              <Skeleton className="h-4 w-32" />
              <Skeleton className="w-2/3" />
              <Skeleton className="w-1/2" />
            </div>
          ) : (
            <ErrorState problem={problemOf(spaces.error) ?? UNKNOWN} onRetry={() => spaces.refetch()} />
          )
        ) : (
          <div>
            <RunningRuns workspaceId={workspaceId} workspaceSlug={workspaceSlug} spaces={own} />
            <LargestSpaces workspaceSlug={workspaceSlug} spaces={own} />
            <NextSteps steps={nextSteps(home, own, permissions)} />
          </div>
        )}
      </div>
    </>
  );
}

const UNKNOWN: { title: string; detail?: string } = { title: "This could not be loaded" };

function Numbers({ workspaceId }: { workspaceId: string }) {
  const workspace = useWorkspace(workspaceId);
  const numbers = workspace.data;
  if (numbers === undefined && !workspace.isPending) {
    const problem = problemOf(workspace.error) ?? UNKNOWN;
    return (
      <Callout
        tone="danger"
        title="The numbers of this workspace could not be read"
        action={
          <Button size="sm" onClick={() => workspace.refetch()} loading={workspace.isFetching}>
            Try again
          </Button>
        }
      >
        {problem.detail ?? problem.title}
      </Callout>
    );
  }
  const value = (text: (known: NonNullable<typeof numbers>) => string) =>
    numbers ? text(numbers) : <Skeleton className="my-2 h-4 w-20" />;
  return (
    <StatRow>
      <StatTile
        label="Stored"
        value={value((known) => `${known.isStoredAbout ? "about " : ""}${formatBytes(known.storedBytes)}`)}
        detail={numbers ? `${count(numbers.imageCount, "image")}, ${count(numbers.tagCount, "tag")}` : "\u00a0"}
      />
      <StatTile
        label="In the recycle bins"
        value={value((known) => formatBytes(known.binBytes))}
        detail={numbers ? binText(numbers.binEntryCount) : "\u00a0"}
        tone={numbers && numbers.binBytes > 0 ? "warning" : "neutral"}
      />
      <StatTile
        label="Freed so far"
        value={value((known) => formatBytes(known.freedBytes))}
        detail={numbers?.freedBytes === 0 ? "no collection has freed anything yet" : "by garbage collections"}
        tone={numbers && numbers.freedBytes > 0 ? "positive" : "neutral"}
      />
      <StatTile
        label="Registry spaces"
        value={value((known) => group(known.spaceCount))}
        detail="prefixes that belong to this workspace"
      />
      <WorkspaceStorageTiles workspaceId={workspaceId} />
    </StatRow>
  );
}

function binText(entryCount: number): string {
  return entryCount === 0 ? "nothing waits there" : `${count(entryCount, "image")}, restorable until purged`;
}

function LargestSpaces({ workspaceSlug, spaces }: { workspaceSlug: string; spaces: readonly SpaceDto[] }) {
  if (spaces.length === 0) return null;
  const largest = [...spaces].sort((a, b) => b.storedBytes - a.storedBytes).slice(0, LARGEST_SHOWN);
  const whole = Math.max(1, ...largest.map((space) => space.storedBytes + space.binBytes));
  return (
    <Section
      title={spaces.length > LARGEST_SHOWN ? "Largest registry spaces" : "Registry spaces"}
      description="In ink what images use, in amber what only the recycle bin keeps."
    >
      <ul className="divide-y divide-rule">
        {largest.map((space) => (
          <li
            key={space.id}
            className="grid grid-cols-[minmax(0,220px)_minmax(0,1fr)_minmax(150px,auto)] items-center gap-x-6 gap-y-1.5 py-2.5 narrow:grid-cols-[minmax(0,1fr)_auto]"
          >
            <div className="min-w-0">
              <Link
                href={spacePath(workspaceSlug, space.id, "images")}
                className="block truncate font-medium underline-offset-2 hover:underline"
              >
                {space.name}
              </Link>
              <code className="block truncate text-sm text-subtle">{space.prefix}</code>
            </div>
            <div
              aria-hidden="true"
              className="flex h-2 gap-px overflow-hidden rounded-sm bg-sunken narrow:order-last narrow:col-span-2"
            >
              <div className="bg-chart-kept" style={{ width: `${(space.storedBytes / whole) * 100}%` }} />
              <div className="bg-chart-bin" style={{ width: `${(space.binBytes / whole) * 100}%` }} />
            </div>
            <p className="text-right tabular-nums">
              <Bytes value={space.storedBytes} about={space.isStoredAbout} className="font-medium" />
              {space.binBytes > 0 ? (
                <span className="block text-sm text-subtle">
                  <Bytes value={space.binBytes} /> in the bin
                </span>
              ) : null}
            </p>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function NextSteps({ steps }: { steps: readonly NextStep[] }) {
  if (steps.length === 0) return null;
  return (
    <Section title="Where to go next">
      <ol className="divide-y divide-rule">
        {steps.map((step) => (
          <li
            key={step.href}
            className="flex items-center justify-between gap-x-6 gap-y-2 py-3 first:pt-0 narrow:flex-col narrow:items-start"
          >
            <div className="min-w-0">
              <p className="font-medium">{step.title}</p>
              <p className="max-w-prose text-muted">{step.text}</p>
            </div>
            <Link
              href={step.href}
              className="inline-flex shrink-0 items-center gap-1.5 font-medium text-accent underline-offset-2 hover:underline"
            >
              {step.action}
              <ArrowRight className="size-4" aria-hidden="true" />
            </Link>
          </li>
        ))}
      </ol>
    </Section>
  );
}
