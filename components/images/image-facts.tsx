"use client";

import type { ReactNode } from "react";
import type { ImageDetailsDto } from "@/contracts/image-details";
import type { SpaceDto } from "@/contracts/spaces";
import type { Permission } from "@/domain/access/permissions";
import { count as counted } from "../history/run-words";
import { GatedButton } from "../reclaim/gated-button";
import { Bytes } from "../ui/bytes";
import { Callout } from "../ui/callout";
import { RelativeTime } from "../ui/relative-time";
import { Section } from "../ui/section";
import { Badge } from "../ui/status-pill";
import { Tooltip } from "../ui/tooltip";
import { type DialogRequest, pinRequest } from "./image-dialogs";
import { brokenText } from "./image-words";
import { whyNot } from "./why-not";

const TAGS_SHOWN = 40;

/** What is known of an image at a glance: its sizes, tags, times and pin. */
export function ImageFacts({
  details,
  space,
  permissions,
  onAsk,
}: {
  details: ImageDetailsDto;
  space: SpaceDto | undefined;
  permissions: readonly Permission[];
  onAsk: (request: DialogRequest) => void;
}) {
  const { image } = details;
  const broken = image ? brokenText(image) : null;
  return (
    <>
      {broken ? (
        <Callout tone={broken.tone} title="This image is broken" className="mb-5">
          <span className="whitespace-pre-line">{broken.text}</span>
        </Callout>
      ) : null}
      {details.unreadableReason ? (
        <Callout tone="warning" title="Its manifest cannot be understood" className="mb-5">
          {details.unreadableReason}. It is protected, with everything around it.
        </Callout>
      ) : null}
      {details.exemptFrom.length > 0 ? (
        <Callout tone="info" title="Restored from the recycle bin" className="mb-5">
          {details.exemptFrom.map((one) => (
            <p key={one.ruleId}>
              The rule “{one.ruleName}” had taken it; {one.restoredByName} restored it{" "}
              <RelativeTime at={one.restoredAt} />. It is exempt from that rule until the rule is changed.
            </p>
          ))}
        </Callout>
      ) : null}
      {image ? (
        <Section title="Size">
          <dl className="grid grid-cols-2 gap-x-6 gap-y-3">
            <Fact
              label="Pull transfers"
              hint="As stored, compressed; of an index all platforms, each layer once, with its referrers."
            >
              <Bytes value={image.logicalBytes} className="text-lg" />
            </Fact>
            <Fact
              label="Frees alone"
              hint="What a garbage collection frees if this image alone is purged. A layer goes only when no other manifest refers to it."
            >
              <Bytes value={image.uniqueBytes} className="text-lg" />
            </Fact>
          </dl>
          <p className="pt-2 text-muted">
            {image.logicalBytes > image.uniqueBytes ? (
              <>
                <Bytes value={image.logicalBytes - image.uniqueBytes} /> is shared: it stays as long as others use it.
              </>
            ) : (
              "Nothing of it is shared with other images."
            )}
          </p>
        </Section>
      ) : null}
      <Section title={`Tags (${details.tagCount})`}>
        {details.tags.length === 0 ? (
          <p className="text-subtle">
            {image?.untaggedSince ? (
              <>
                Untagged <RelativeTime at={image.untaggedSince} />. Only its digest still leads here.
              </>
            ) : (
              "None: only its digest leads here."
            )}
          </p>
        ) : (
          <ul className="flex flex-col gap-1">
            {details.tags.slice(0, TAGS_SHOWN).map((tag) => (
              <li key={tag.name} className="flex items-baseline justify-between gap-3">
                <Badge mono>{tag.name}</Badge>
                <RelativeTime at={tag.pushedAt} className="shrink-0 text-sm text-subtle" />
              </li>
            ))}
            {details.tagCount > TAGS_SHOWN ? (
              <li className="text-sm text-subtle">and {counted(details.tagCount - TAGS_SHOWN, "more tag")}</li>
            ) : null}
          </ul>
        )}
      </Section>
      {image ? (
        <Section title="Pin">
          {image.pin ? (
            <div className="flex flex-col gap-2 rounded-md border border-accent-rule bg-accent-soft/55 px-3 py-2.5">
              {image.pin.reason === "" ? null : (
                <p className="font-medium [overflow-wrap:anywhere]">{image.pin.reason}</p>
              )}
              <p className="text-muted">
                by {image.pin.ownerName || "the owner of the space"},{" "}
                {image.pin.expiresAt === null ? (
                  "until somebody removes it"
                ) : (
                  <>
                    ends <RelativeTime at={image.pin.expiresAt} />
                  </>
                )}
              </p>
              <GatedButton
                size="sm"
                className="w-fit"
                reason={whyNot("images.pin", permissions, space)}
                onClick={() => {
                  if (image.pin) onAsk({ kind: "change-pin", image: { ...image, pin: image.pin } });
                }}
              >
                Change pin
              </GatedButton>
            </div>
          ) : (
            <div className="flex flex-wrap items-center justify-between gap-3">
              <p className="min-w-0 flex-1 text-subtle">
                Not pinned. A pin keeps it from every rule, person and collection until it ends.
              </p>
              <GatedButton
                size="sm"
                reason={whyNot("images.pin", permissions, space)}
                onClick={() => onAsk(pinRequest(image))}
              >
                Pin
              </GatedButton>
            </div>
          )}
        </Section>
      ) : null}
      <Section title="Identity">
        <dl className="grid grid-cols-[96px_minmax(0,1fr)] gap-x-3 gap-y-1">
          <Line label="Repository">
            <code className="text-sm [overflow-wrap:anywhere]">{details.repositoryName}</code>
          </Line>
          <Line label="Digest">
            <code className="text-sm [overflow-wrap:anywhere]">{details.digest}</code>
          </Line>
          <Line label="Media type">
            <code className="text-sm [overflow-wrap:anywhere]">{details.mediaType}</code>
          </Line>
          {details.artifactType ? (
            <Line label="Artifact type">
              <code className="text-sm [overflow-wrap:anywhere]">{details.artifactType}</code>
            </Line>
          ) : null}
          {details.platform ? <Line label="Platform">{details.platform}</Line> : null}
          <Line label={image?.isPushTimeFirstSeen ? "First seen" : "Pushed"}>
            <RelativeTime at={details.pushedAt} />
            {image?.isPushTimeBackdated ? <span className="text-subtle">, set back by the demo</span> : null}
          </Line>
          {details.builtAt ? (
            <Line label="Built">
              <RelativeTime at={details.builtAt} />
            </Line>
          ) : null}
          {image ? (
            <Line label="Last pulled">
              <RelativeTime at={image.lastPulledAt} />
            </Line>
          ) : null}
          <Line label="Manifest">
            <Bytes value={details.manifestBytes} />
          </Line>
        </dl>
      </Section>
    </>
  );
}

function Fact({ label, hint, children }: { label: string; hint: string; children: ReactNode }) {
  return (
    <div>
      <dt className="text-sm text-subtle">
        <Tooltip content={hint}>
          <button type="button" className="rounded-sm underline decoration-dotted underline-offset-3">
            {label}
          </button>
        </Tooltip>
      </dt>
      <dd>{children}</dd>
    </div>
  );
}

function Line({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="contents">
      <dt className="text-sm text-subtle leading-5">{label}</dt>
      <dd className="min-w-0">{children}</dd>
    </div>
  );
}
