"use client";

import { ChartArea } from "lucide-react";
import Link from "next/link";
import type { SpaceStorageDto } from "@/contracts/storage";
import { formatBytes } from "@/lib/bytes";
import { count, group } from "../history/run-words";
import { spacePath } from "../history/space-path";
import { useSpace } from "../spaces/queries";
import { EmptyState } from "../ui/empty-state";
import { ErrorState } from "../ui/error-state";
import { problemOf } from "../ui/problem-of";
import { RelativeTime } from "../ui/relative-time";
import { Section } from "../ui/section";
import { Skeleton } from "../ui/skeleton";
import { StatRow, StatTile } from "../ui/stat-tile";
import { ChartSection } from "./chart-section";
import { useSpaceStorage } from "./queries";
import { ReclaimableBar } from "./reclaimable-bar";
import { ReclaimableReasons } from "./reclaimable-reasons";
import { RepositoryTreemap } from "./repository-treemap";
import { StorageFunnel } from "./storage-funnel";
import { StorageOverTime } from "./storage-over-time";
import { RepositoriesTable, SamplesTable } from "./storage-tables";
import { aboutBytes } from "./storage-words";

export type StoragePageProps = { workspaceId: string; workspaceSlug: string; spaceId: string };

/** The tab "Storage": what a space holds now and over time, by repository, and what of it could be freed. */
export function StoragePage({ workspaceId, workspaceSlug, spaceId }: StoragePageProps) {
  const space = useSpace(workspaceId, spaceId);
  const query = useSpaceStorage(workspaceId, spaceId, space.data?.access === "owner");
  const storage = query.data;
  if (space.data?.access === "reader") {
    return (
      <EmptyState
        icon={<ChartArea />}
        title="Storage is shown to the owner of a registry space"
        description={`This space belongs to ${space.data.ownerName ?? "another workspace"}: its recycle bin and its collections, which these numbers are about, are not yours.`}
      />
    );
  }
  const error = query.error ?? (space.data ? null : space.error);
  if (!storage && error) {
    return (
      <ErrorState
        problem={problemOf(error) ?? { title: "The sizes could not be read" }}
        onRetry={() => (space.data ? query.refetch() : space.refetch())}
        retrying={query.isFetching || space.isFetching}
      />
    );
  }
  if (!storage) return <StorageSkeleton />;
  const place = { workspaceSlug, spaceId };
  return (
    <>
      <Numbers storage={storage} {...place} />
      <Section
        title="From images to free space"
        description="Images go to the recycle bin, are purged there, and a garbage collection frees what nothing needs any more."
      >
        <StorageFunnel storage={storage} {...place} />
      </Section>
      <Section title="Reclaimable share" description={shareText(storage)}>
        <ReclaimableBar storage={storage} />
      </Section>
      <ReclaimableReasons workspaceId={workspaceId} {...place} />
      {storage.samples.length === 0 ? (
        <Section title="Storage over time">
          <EmptyState
            className="border-rule border-y py-8"
            icon={<ChartArea />}
            title="Nothing to draw yet"
            description="The first point appears after the next reading. From then on there is one each hour."
          />
        </Section>
      ) : (
        <ChartSection
          title="Storage over time"
          description="Stored sizes of the last 90 days: one point an hour, after two weeks one a day."
          chart={<StorageOverTime samples={storage.samples} />}
          table={<SamplesTable samples={storage.samples} />}
        />
      )}
      {storage.repositories.items.length === 0 ? null : (
        <ChartSection
          title="By repository"
          description="Each blob counted once in each repository; what several repositories share counts in each of them."
          chart={<RepositoryTreemap repositories={storage.repositories} {...place} />}
          table={<RepositoriesTable repositories={storage.repositories} {...place} />}
        />
      )}
    </>
  );
}

function shareText({ registry }: SpaceStorageDto): string {
  const parts = "What only untagged images use and what only the recycle bin keeps";
  if (registry.isShared) {
    return `${parts}, of all that is stored. The registry has other spaces too, so its unreferenced data is not counted in.`;
  }
  if (registry.unreferenced === null) return `${parts}, of all that is stored. Unreferenced data was not measured yet.`;
  return `${parts}, and unreferenced data of the registry, of all that is stored.`;
}

function Numbers({
  storage,
  workspaceSlug,
  spaceId,
}: {
  storage: SpaceStorageDto;
  workspaceSlug: string;
  spaceId: string;
}) {
  const { now } = storage;
  const images = spacePath(workspaceSlug, spaceId, "images");
  const link = "text-accent underline-offset-2 hover:underline";
  return (
    <div className="pb-7">
      <StatRow>
        <StatTile
          label="Stored"
          value={aboutBytes(now.storedBytes, now.isStale)}
          detail={
            now.isStale && now.measuredAt ? (
              <>
                measured <RelativeTime at={now.measuredAt} />
              </>
            ) : (
              "compressed, each blob once"
            )
          }
        />
        <StatTile label="Images" value={group(now.imageCount)} detail={count(now.tagCount, "tag")} />
        <StatTile
          label="Untagged images"
          value={group(now.untagged.images)}
          detail={
            now.untagged.images === 0 ? (
              "every image has a tag"
            ) : (
              <Link href={`${images}?state=untagged`} className={link}>
                {aboutBytes(now.untagged.bytes, now.untagged.isStale)} if all went
              </Link>
            )
          }
        />
        <StatTile
          label="Broken images"
          value={group(now.brokenCount)}
          tone={now.brokenCount > 0 ? "danger" : "neutral"}
          detail={
            now.brokenCount === 0 ? (
              "none misses a part"
            ) : (
              <Link href={`${images}?health=broken`} className={link}>
                Show them
              </Link>
            )
          }
        />
        <StatTile
          label="Saved by sharing"
          value={aboutBytes(Math.max(0, now.logicalBytes - now.storedBytes), now.isStale)}
          detail={`of ${formatBytes(now.logicalBytes)} logical`}
        />
      </StatRow>
    </div>
  );
}

function StorageSkeleton() {
  return (
    <div role="status" aria-busy="true" aria-label="Loading sizes" className="flex flex-col gap-6">
      <Skeleton className="h-12 w-full max-w-xl" />
      <Skeleton className="h-40 w-full" />
      <Skeleton className="h-48 w-full" />
    </div>
  );
}
