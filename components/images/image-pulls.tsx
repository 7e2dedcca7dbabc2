"use client";

import type { ImageDetailsDto } from "@/contracts/image-details";
import { formatDateTime } from "@/lib/dates";
import { count as counted } from "../history/run-words";
import { problemOf } from "../ui/problem-of";
import { RelativeTime } from "../ui/relative-time";
import { Section } from "../ui/section";
import { Skeleton } from "../ui/skeleton";
import { Badge } from "../ui/status-pill";
import { Tooltip } from "../ui/tooltip";
import { type Place, useImagePulls } from "./queries";

const ROWS_SHOWN = 12;

/** Who pulls an image and with what; whose pulls do not count is said. */
export function ImagePulls({ place, details }: { place: Place; details: ImageDetailsDto }) {
  const query = useImagePulls(place, details.repositoryName, details.digest);
  const items = query.data?.items;
  return (
    <Section title="Who pulls it">
      {query.error && !items ? (
        <p className="text-danger">{problemOf(query.error)?.title}</p>
      ) : items === undefined ? (
        <Skeleton className="w-2/3" />
      ) : items.length === 0 ? (
        <p className="text-subtle">Nobody that is known of.</p>
      ) : (
        <ul className="divide-y divide-rule border-rule border-y">
          {items.slice(0, ROWS_SHOWN).map((pull) => (
            <li key={`${pull.digest} ${pull.actorName} ${pull.userAgent}`} className="py-1.5">
              <span className="flex items-baseline justify-between gap-3">
                <span className="min-w-0 truncate font-medium">{pull.actorName || "anonymous"}</span>
                <span className="shrink-0 text-sm text-subtle">
                  <RelativeTime at={pull.lastAt} />
                </span>
              </span>
              <span className="flex items-baseline justify-between gap-3 text-sm text-subtle">
                <span className="min-w-0 truncate" title={pull.userAgent}>
                  {pull.userAgent || "unknown client"}
                </span>
                <span className="flex shrink-0 items-baseline gap-1.5">
                  {pull.tag ? <Badge mono>{pull.tag}</Badge> : null}
                  {counted(pull.count, "pull")}
                </span>
              </span>
            </li>
          ))}
          {items.length > ROWS_SHOWN ? (
            <li className="py-1.5 text-sm text-subtle">and {items.length - ROWS_SHOWN} more</li>
          ) : null}
        </ul>
      )}
      {query.data ? <Tracking data={query.data} /> : null}
    </Section>
  );
}

function Tracking({ data }: { data: NonNullable<ReturnType<typeof useImagePulls>["data"]> }) {
  const { trackingSince, ignored } = data;
  const names = [...ignored.ofSpace, ...ignored.wellKnown];
  return (
    <p className="pt-2 text-sm text-subtle">
      {trackingSince === null
        ? "The registry does not tell the console of pulls: that none is known means nothing."
        : `Pulls are known since ${formatDateTime(trackingSince)}.`}{" "}
      {names.length > 0 ? (
        <Tooltip content={`Left out: ${names.slice(0, 40).join(", ")}${names.length > 40 ? " …" : ""}`}>
          <button type="button" className="underline decoration-dotted underline-offset-3">
            Scanners and mirrors are left out.
          </button>
        </Tooltip>
      ) : null}
    </p>
  );
}
