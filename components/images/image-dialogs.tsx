"use client";

import type { ImageDto, ImageSelection } from "@/contracts/images";
import type { SpaceDto } from "@/contracts/spaces";
import type { Permission } from "@/domain/access/permissions";
import type { Place } from "./queries";
import type { ImageName } from "./selection";

export type DialogRequest =
  | { kind: "delete"; selection: ImageSelection }
  | { kind: "tags"; image: Pick<ImageDto, "repositoryName" | "digest" | "tags"> }
  | { kind: "pin"; images: readonly ImageName[] }
  | { kind: "unpin"; image: Pick<ImageDto, "repositoryName" | "digest" | "pin"> };

/** The dialog that was asked for. */
export function ImageDialogs(_props: {
  place: Place;
  workspaceSlug: string;
  space: SpaceDto | undefined;
  permissions: readonly Permission[];
  request: DialogRequest | null;
  onClose: () => void;
  onDone: () => void;
}) {
  return null;
}
