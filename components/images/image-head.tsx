"use client";

import { Pin, PinOff, Tags, Trash2 } from "lucide-react";
import type { ImageDetailsDto } from "@/contracts/image-details";
import type { SpaceDto } from "@/contracts/spaces";
import type { Permission } from "@/domain/access/permissions";
import { spacePath } from "../history/space-path";
import { GatedButton } from "../reclaim/gated-button";
import { CopyButton } from "../ui/copy-button";
import { PageHeader } from "../ui/page-header";
import { RelativeTime } from "../ui/relative-time";
import { Badge } from "../ui/status-pill";
import { type DialogRequest, pinRequest } from "./image-dialogs";
import { repositoryPath } from "./image-path";
import { brokenText, kindText, referrerLabel, shortDigest } from "./image-words";
import { withoutPrefix } from "./pull-reference";
import { whyNot } from "./why-not";

/** Head of an image's page: where it is, what it is called, its state, and what can be done with it. */
export function ImageHead({
  workspaceSlug,
  place,
  space,
  repository,
  digest,
  details,
  permissions = [],
  onAsk,
}: {
  workspaceSlug: string;
  place: { spaceId: string };
  space: SpaceDto | undefined;
  repository: string;
  digest: string;
  /** Undefined while loading, and of an image that is gone. */
  details?: ImageDetailsDto | undefined;
  permissions?: readonly Permission[];
  onAsk?: (request: DialogRequest) => void;
}) {
  const image = details?.image ?? null;
  const tag = image?.tags[0];
  const name = withoutPrefix(repository, space?.prefix ?? "");
  const title = tag === undefined ? `${name}@${shortDigest(digest)}` : `${name}:${tag}`;
  return (
    <PageHeader
      breadcrumbs={[
        { label: "Registry spaces", href: `/w/${workspaceSlug}/spaces` },
        { label: space?.name ?? "…", href: spacePath(workspaceSlug, place.spaceId, "images") },
        { label: name, href: repositoryPath(workspaceSlug, place.spaceId, repository) },
        { label: tag ?? shortDigest(digest) },
      ]}
      title={<span className="font-mono text-[18px]">{title}</span>}
      status={details ? <States details={details} /> : null}
      description={
        <span className="inline-flex max-w-full flex-wrap items-center gap-x-1">
          <code title={digest}>{digest.slice(0, 19)}…</code>
          <CopyButton text={digest} label="Copy digest" className="-my-0.5 size-6 text-subtle [&_svg]:size-3.5" />
          {details ? (
            <span className="pl-2">
              {image?.isPushTimeFirstSeen ? "first seen" : "pushed"} <RelativeTime at={details.pushedAt} />
            </span>
          ) : null}
        </span>
      }
      actions={
        details && image && onAsk ? (
          <>
            <GatedButton
              icon={image.pin ? <PinOff aria-hidden="true" /> : <Pin aria-hidden="true" />}
              reason={whyNot("images.pin", permissions, space)}
              onClick={() => onAsk(pinRequest(image))}
            >
              {image.pin ? "Unpin" : "Pin"}
            </GatedButton>
            <GatedButton
              icon={<Tags aria-hidden="true" />}
              reason={image.tags.length === 0 ? "It has no tag." : whyNot("images.recycle", permissions, space)}
              onClick={() => onAsk({ kind: "tags", image })}
            >
              Delete tags
            </GatedButton>
            <GatedButton
              variant="danger"
              icon={<Trash2 aria-hidden="true" />}
              reason={whyNot("images.recycle", permissions, space)}
              onClick={() =>
                onAsk({
                  kind: "delete",
                  selection: { images: [{ repositoryName: repository, digest: image.digest }] },
                  partOf: details.belongsTo.map((owner) => owner.tag ?? shortDigest(owner.digest)),
                })
              }
            >
              Delete digest
            </GatedButton>
          </>
        ) : null
      }
    />
  );
}

function States({ details }: { details: ImageDetailsDto }) {
  const { image } = details;
  const broken = image ? brokenText(image) : null;
  const kind = image ? kindText(image) : null;
  const owner = details.belongsTo[0];
  return (
    <span className="flex flex-wrap gap-1.5">
      {kind ? <Badge>{kind}</Badge> : null}
      {!image && owner ? (
        <Badge tone="info">
          {owner.as === "platform"
            ? `platform ${details.platform ?? ""} of an index`
            : `${referrerLabel({ artifactType: details.artifactType, tag: details.tags[0]?.name ?? null })} of an image`}
        </Badge>
      ) : null}
      {image && image.tags.length === 0 ? <Badge tone="warning">untagged</Badge> : null}
      {broken ? <Badge tone={broken.tone}>{broken.mark}</Badge> : null}
      {image?.pin ? <Badge tone="positive">pinned</Badge> : null}
    </span>
  );
}
