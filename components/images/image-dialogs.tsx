"use client";

import type { ImageDto, ImageSelection } from "@/contracts/images";
import type { SpaceDto } from "@/contracts/spaces";
import type { Permission } from "@/domain/access/permissions";
import { DeleteImagesDialog } from "./delete-images-dialog";
import { DeleteTagsDialog } from "./delete-tags-dialog";
import { PinDialog, UnpinDialog } from "./pin-dialog";
import type { Place } from "./queries";
import type { ImageName } from "./selection";

type PinnedImage = Pick<ImageDto, "repositoryName" | "digest" | "tags"> & { pin: NonNullable<ImageDto["pin"]> };

export type DialogRequest =
  | { kind: "delete"; selection: ImageSelection; partOf?: readonly string[] }
  | { kind: "tags"; image: Pick<ImageDto, "repositoryName" | "digest" | "tags" | "pin"> }
  | { kind: "pin"; images: readonly ImageName[] }
  | { kind: "change-pin"; image: PinnedImage }
  | { kind: "unpin"; image: PinnedImage };

/** Pinning an image, or ending its pin, whichever applies. */
export function pinRequest(image: ImageDto): DialogRequest {
  const { repositoryName, digest, tags, pin } = image;
  return pin === null
    ? { kind: "pin", images: [{ repositoryName, digest }] }
    : { kind: "unpin", image: { repositoryName, digest, tags, pin } };
}

/** The dialog that was asked for, if any. `onDone`: what it asked for was done or started; it may stay open to follow it. */
export function ImageDialogs({
  place,
  workspaceSlug,
  space,
  permissions,
  request,
  onClose,
  onDone,
}: {
  place: Place;
  workspaceSlug: string;
  space: SpaceDto | undefined;
  permissions: readonly Permission[];
  request: DialogRequest | null;
  onClose: () => void;
  onDone: () => void;
}) {
  if (!request || !space) return null;
  const common = { ...place, onClose, onDone };
  switch (request.kind) {
    case "delete":
      return (
        <DeleteImagesDialog
          {...common}
          workspaceSlug={workspaceSlug}
          spaceName={space.name}
          permissions={permissions}
          selection={request.selection}
          partOf={request.partOf ?? []}
        />
      );
    case "tags":
      return <DeleteTagsDialog {...common} workspaceSlug={workspaceSlug} image={request.image} />;
    case "pin":
      return <PinDialog {...common} images={request.images} />;
    case "change-pin":
      return <PinDialog {...common} images={[request.image]} pin={request.image.pin} />;
    case "unpin":
      return <UnpinDialog {...common} image={request.image} />;
  }
}
