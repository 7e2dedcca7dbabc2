"use client";

import Link from "next/link";
import type { ImageDetailsDto } from "@/contracts/image-details";
import { ChoiceChips } from "../reclaim/choice-chips";
import { Bytes } from "../ui/bytes";
import { Digest } from "../ui/digest";
import { RelativeTime } from "../ui/relative-time";
import { Select } from "../ui/select";
import { Badge } from "../ui/status-pill";
import { imagePath } from "./image-path";
import { isRealPlatform, referrerLabel, shortDigest } from "./image-words";

type Child = ImageDetailsDto["children"][number];
type PartProps = { details: ImageDetailsDto; workspaceSlug: string; spaceId: string };

const linkStyles = "font-medium text-accent underline-offset-2 hover:underline";
const SIDE_BY_SIDE_MAX = 4;

function platformName(child: Pick<Child, "platform" | "digest" | "kind">): string {
  if (isRealPlatform(child.platform)) return child.platform;
  return child.kind === "index" ? "index" : `attachment ${shortDigest(child.digest).slice(0, 6)}`;
}

/** Chooses the platform of an index that layers and config are shown of. */
export function PlatformSwitch({
  items,
  value,
  onValueChange,
}: {
  items: readonly Child[];
  value: string;
  onValueChange: (digest: string) => void;
}) {
  if (items.length < 2) return null;
  const options = items.map((child) => ({ value: child.digest, label: platformName(child) }));
  return items.length <= SIDE_BY_SIDE_MAX ? (
    <ChoiceChips label="Platform" value={value} onValueChange={onValueChange} options={options} />
  ) : (
    <Select label="Platform" size="sm" value={value} onValueChange={onValueChange} options={options} className="w-48" />
  );
}

/** What an index lists, there or not. */
export function ImagePlatforms({ details, workspaceSlug, spaceId }: PartProps) {
  return (
    <ul className="divide-y divide-rule border-rule border-y" aria-label="Platforms">
      {details.children.map((child) => (
        <li key={child.digest} className="flex flex-wrap items-center gap-x-4 py-1.5">
          <span className="min-w-32 flex-1">
            {child.isMissing ? (
              platformName(child)
            ) : (
              <Link
                prefetch={false}
                className={linkStyles}
                href={imagePath(workspaceSlug, spaceId, { ...details, digest: child.digest })}
              >
                {platformName(child)}
              </Link>
            )}
          </span>
          {child.isMissing ? (
            <Badge tone="danger">missing in the registry</Badge>
          ) : (
            <Bytes value={child.sizeBytes} className="text-muted" />
          )}
          <Digest value={child.digest} />
        </li>
      ))}
    </ul>
  );
}

/** Signatures, SBOMs and the like; they move with the image. */
export function ImageReferrers({ details, workspaceSlug, spaceId }: PartProps) {
  if (details.referrers.length === 0) {
    return (
      <p className="text-subtle">None. A signature, SBOM or attestation would stand here, and move with the image.</p>
    );
  }
  return (
    <ul className="divide-y divide-rule border-rule border-y" aria-label="Referrers">
      {details.referrers.map((referrer) => (
        <li key={referrer.digest} className="py-1.5">
          <span className="flex items-baseline justify-between gap-3">
            <Link
              prefetch={false}
              className={linkStyles}
              href={imagePath(workspaceSlug, spaceId, { ...details, digest: referrer.digest })}
            >
              {referrerLabel(referrer)}
            </Link>
            <span className="text-sm text-subtle">
              <Bytes value={referrer.sizeBytes} />, <RelativeTime at={referrer.pushedAt} />
            </span>
          </span>
          <code className="block truncate text-sm text-subtle" title={referrer.artifactType ?? referrer.tag ?? ""}>
            {referrer.artifactType ?? referrer.tag ?? referrer.mediaType}
          </code>
        </li>
      ))}
    </ul>
  );
}

/** The image that a platform or a referrer is a part of. */
export function ImageOwners({ details, workspaceSlug, spaceId }: PartProps) {
  return (
    <ul className="divide-y divide-rule border-rule border-y">
      {details.belongsTo.map((owner) => (
        <li key={`${owner.as} ${owner.digest}`} className="flex flex-wrap items-center justify-between gap-x-3 py-1.5">
          <Link
            prefetch={false}
            className={linkStyles}
            href={imagePath(workspaceSlug, spaceId, { ...details, digest: owner.digest })}
          >
            {owner.tag ?? shortDigest(owner.digest)}
          </Link>
          <span className="text-sm text-subtle">{owner.as === "platform" ? "as a platform" : "as a referrer"}</span>
        </li>
      ))}
    </ul>
  );
}
