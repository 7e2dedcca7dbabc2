"use client";

import type { ImageDto } from "@/contracts/images";
import type { SpaceDto } from "@/contracts/spaces";
import { registryHost } from "../spaces/registry-host";
import { ButtonLink } from "../ui/button";
import { CopyBlock } from "../ui/copy-block";
import { CopyButton } from "../ui/copy-button";
import { Digest } from "../ui/digest";
import { RelativeTime } from "../ui/relative-time";
import { Badge } from "../ui/status-pill";
import { brokenText, pinText, referrerLabel, sharedText } from "./image-words";
import { pullReferences } from "./pull-reference";

const TAGS_SHOWN = 100;

/** What an open row shows: how to pull it, its facts, its platforms, tags and referrers. */
export function ImageDetails({ image, space, href }: { image: ImageDto; space: SpaceDto | undefined; href: string }) {
  return (
    <div className="grid grid-cols-2 gap-x-8 gap-y-5 py-3 pr-2 pb-5 pl-16 medium:grid-cols-1 narrow:pr-0 narrow:pl-9">
      <div className="flex min-w-0 flex-col gap-4">
        {space ? <PullCommands image={image} host={registryHost(space.registryUrl)} /> : null}
        <Facts image={image} />
        <ButtonLink href={href} size="sm" className="w-fit" prefetch={false}>
          Layers, config and history
        </ButtonLink>
      </div>
      <div className="flex min-w-0 flex-col gap-4">
        {image.tags.length > 1 ? <AllTags tags={image.tags} /> : null}
        {image.kind === "index" ? <Platforms platforms={image.platforms} /> : null}
        <Referrers referrers={image.referrers} />
      </div>
    </div>
  );
}

const headingStyles = "pb-1.5 font-medium text-sm text-subtle";

function PullCommands({ image, host }: { image: ImageDto; host: string }) {
  const { byTag, byDigest } = pullReferences(host, image);
  return (
    <div>
      <h2 className={headingStyles}>Pull</h2>
      <div className="flex flex-col gap-1.5">
        {byTag ? <CopyBlock label="pull command by tag" code={`docker pull ${byTag}`} /> : null}
        <CopyBlock label="pull command by digest" code={`docker pull ${byDigest}`} />
      </div>
    </div>
  );
}

function Facts({ image }: { image: ImageDto }) {
  const broken = brokenText(image);
  const facts = [
    ...(broken
      ? [{ label: "Broken", value: <span className="whitespace-pre-line text-danger">{broken.text}</span> }]
      : []),
    ...(image.pin ? [{ label: "Pin", value: pinText(image.pin) }] : []),
    {
      label: "Digest",
      value: (
        <span className="flex items-start gap-1">
          <code className="text-sm [overflow-wrap:anywhere]">{image.digest}</code>
          <CopyButton text={image.digest} label="Copy digest" className="-my-0.5 size-6 shrink-0 [&_svg]:size-3.5" />
        </span>
      ),
    },
    { label: "Media type", value: <code className="text-sm [overflow-wrap:anywhere]">{image.mediaType}</code> },
    ...(image.artifactType
      ? [
          {
            label: "Artifact type",
            value: <code className="text-sm [overflow-wrap:anywhere]">{image.artifactType}</code>,
          },
        ]
      : []),
    { label: "Shared", value: sharedText(image) },
    {
      label: image.isPushTimeFirstSeen ? "First seen" : "Pushed",
      value: (
        <>
          <RelativeTime at={image.pushedAt} />
          {image.isPushTimeBackdated ? <span className="text-subtle">, set back by the demo</span> : null}
        </>
      ),
    },
    { label: "Last pulled", value: <RelativeTime at={image.lastPulledAt} /> },
    ...(image.untaggedSince ? [{ label: "Untagged", value: <RelativeTime at={image.untaggedSince} /> }] : []),
  ];
  return (
    <dl className="grid grid-cols-[96px_minmax(0,1fr)] gap-x-3 gap-y-1">
      {facts.map((fact) => (
        <div key={fact.label} className="contents">
          <dt className="text-sm text-subtle leading-5">{fact.label}</dt>
          <dd className="min-w-0">{fact.value}</dd>
        </div>
      ))}
    </dl>
  );
}

function AllTags({ tags }: { tags: readonly string[] }) {
  const hidden = tags.length - TAGS_SHOWN;
  return (
    <div>
      <h2 className={headingStyles}>{tags.length} tags</h2>
      <div className="flex max-h-40 flex-wrap gap-1 overflow-y-auto" tabIndex={tags.length > 20 ? 0 : undefined}>
        {tags.slice(0, TAGS_SHOWN).map((tag) => (
          <Badge key={tag} mono>
            {tag}
          </Badge>
        ))}
        {hidden > 0 ? <span className="text-sm text-subtle">and {hidden} more</span> : null}
      </div>
    </div>
  );
}

function Platforms({ platforms }: { platforms: ImageDto["platforms"] }) {
  return (
    <div>
      <h2 className={headingStyles}>Platforms of this index</h2>
      <ul className="divide-y divide-rule border-rule border-y">
        {platforms.map((platform) => (
          <li key={platform.digest} className="flex items-center justify-between gap-4 py-1">
            <span className="min-w-0 truncate">{platform.platform}</span>
            <span className="flex items-center gap-3">
              {platform.isMissing ? <Badge tone="danger">missing in the registry</Badge> : null}
              <Digest value={platform.digest} />
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Referrers({ referrers }: { referrers: ImageDto["referrers"] }) {
  return (
    <div>
      <h2 className={headingStyles}>Referrers</h2>
      {referrers.length === 0 ? (
        <p className="text-subtle">None. A signature, SBOM or attestation would stand here, and move with the image.</p>
      ) : (
        <ul className="divide-y divide-rule border-rule border-y">
          {referrers.map((referrer) => (
            <li key={referrer.digest} className="flex items-center justify-between gap-4 py-1">
              <span className="min-w-0">
                <span className="block">{referrerLabel(referrer)}</span>
                {referrer.artifactType || referrer.tag ? (
                  <code
                    className="block truncate text-sm text-subtle"
                    title={referrer.artifactType ?? referrer.tag ?? ""}
                  >
                    {referrer.artifactType ?? referrer.tag}
                  </code>
                ) : null}
              </span>
              <Digest value={referrer.digest} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
