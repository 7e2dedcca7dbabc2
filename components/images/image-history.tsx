"use client";

import Link from "next/link";
import { useState } from "react";
import type { ImageDetailsDto } from "@/contracts/image-details";
import type { ImageEventDto } from "@/contracts/image-history";
import { cn } from "@/lib/cn";
import { MarkedText } from "../history/marked-text";
import { spacePath } from "../history/space-path";
import { ChoiceChips } from "../reclaim/choice-chips";
import { Button } from "../ui/button";
import { ErrorState } from "../ui/error-state";
import { problemOf } from "../ui/problem-of";
import { RelativeTime } from "../ui/relative-time";
import { Section } from "../ui/section";
import { Select } from "../ui/select";
import { Skeleton } from "../ui/skeleton";
import { groupEvents } from "./event-groups";
import { imagePath } from "./image-path";
import { type Place, useImageEvents } from "./queries";

const DIGEST = "digest";
const SIDE_BY_SIDE_MAX = 4;

const TONES: Record<ImageEventDto["kind"], string> = {
  pushed: "bg-accent",
  tagged: "bg-accent",
  restored: "bg-accent",
  pinned: "bg-info",
  unpinned: "bg-control",
  overwritten: "bg-warning",
  untagged: "bg-warning",
  recycled: "bg-chart-bin",
  purged: "bg-danger",
  gone: "bg-danger",
};

const SOURCES: Record<ImageEventDto["source"], string> = {
  event: "told by the registry",
  crawl: "found by a reading of the registry",
  run: "done by a run",
  console: "done in the console",
};

/** What happened to the digest, or to one of its tags: pushed, overwritten, recycled by which rule, restored, purged. */
export function ImageHistory({
  place,
  workspaceSlug,
  details,
}: {
  place: Place;
  workspaceSlug: string;
  details: Pick<ImageDetailsDto, "repositoryName" | "digest" | "tags">;
}) {
  const [about, setAbout] = useState(DIGEST);
  const options = [
    { value: DIGEST, label: "This digest" },
    ...details.tags.slice(0, 100).map(({ name }) => ({ value: `tag ${name}`, label: `Tag ${name}` })),
  ];
  return (
    <Section
      title={<span id="history">History</span>}
      description="It outlives the image. Choose a tag to see everything that it ever pointed at."
      actions={
        options.length === 1 ? null : options.length <= SIDE_BY_SIDE_MAX ? (
          <ChoiceChips label="History of" value={about} onValueChange={setAbout} options={options} />
        ) : (
          <Select
            label="History of"
            size="sm"
            value={about}
            onValueChange={setAbout}
            options={options}
            className="w-52"
          />
        )
      }
    >
      <EventList
        place={place}
        workspaceSlug={workspaceSlug}
        about={
          about === DIGEST
            ? { repository: details.repositoryName, digest: details.digest }
            : { repository: details.repositoryName, tag: about.slice(4) }
        }
      />
    </Section>
  );
}

/** Events, newest first, read on at a press. */
export function EventList({
  place,
  workspaceSlug,
  about,
}: {
  place: Place;
  workspaceSlug: string;
  about: Parameters<typeof useImageEvents>[1];
}) {
  const query = useImageEvents(place, about);
  const events = query.data?.pages.flatMap((page) => page.items);
  if (query.error && !events) {
    return (
      <ErrorState
        className="py-6"
        problem={problemOf(query.error) ?? { title: "The history could not be loaded" }}
        onRetry={() => query.refetch()}
        retrying={query.isFetching}
      />
    );
  }
  if (!events) return <Skeleton className="w-2/3" />;
  if (events.length === 0) return <p className="text-subtle">Nothing was recorded yet.</p>;
  return (
    <>
      <ol aria-label="Events" className="border-rule border-y">
        {(about.tag === undefined ? groupEvents(events) : events.map((event) => ({ event, text: event.text }))).map(
          ({ event, text }) => (
            <Event
              key={event.id}
              event={event}
              text={text}
              place={place}
              workspaceSlug={workspaceSlug}
              isOfTag={about.tag !== undefined}
            />
          ),
        )}
      </ol>
      {query.hasNextPage ? (
        <Button size="sm" className="mt-2" loading={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
          Show earlier
        </Button>
      ) : null}
    </>
  );
}

const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.$/, "")}.`;
const linkStyles = "font-medium text-accent underline-offset-2 hover:underline";

function Event({
  event,
  text,
  place,
  workspaceSlug,
  isOfTag,
}: {
  event: ImageEventDto;
  text: string;
  place: Place;
  workspaceSlug: string;
  isOfTag: boolean;
}) {
  return (
    <li className="grid grid-cols-[12px_minmax(0,1fr)_112px] gap-x-3 border-rule py-1.5 [&+&]:border-t narrow:grid-cols-[12px_minmax(0,1fr)]">
      <span aria-hidden="true" className={cn("mt-1.5 size-2 rounded-full", TONES[event.kind])} />
      <span className="min-w-0 [overflow-wrap:anywhere]">
        {isOfTag ? (
          <Link
            prefetch={false}
            className="mr-1.5 font-mono text-sm underline-offset-2 hover:underline"
            href={imagePath(workspaceSlug, place.spaceId, event)}
          >
            {event.digest.slice(7, 19)}
          </Link>
        ) : null}
        <MarkedText>{sentence(text)}</MarkedText>
        {event.runId ? (
          <>
            {" "}
            <Link
              prefetch={false}
              className={linkStyles}
              href={spacePath(workspaceSlug, place.spaceId, "runs", event.runId)}
            >
              See the run
            </Link>
          </>
        ) : null}
        {event.otherDigest ? (
          <>
            {" "}
            <Link
              prefetch={false}
              className={linkStyles}
              href={imagePath(workspaceSlug, place.spaceId, { ...event, digest: event.otherDigest })}
            >
              See the other image
            </Link>
          </>
        ) : null}
        <span className="block text-sm text-subtle" title={event.userAgent ?? undefined}>
          {SOURCES[event.source]}
        </span>
      </span>
      <RelativeTime at={event.at} className="text-right text-sm text-subtle narrow:col-start-2 narrow:text-left" />
    </li>
  );
}
