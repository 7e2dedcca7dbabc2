"use client";
import type { SpaceDto } from "@/contracts/spaces";
import type { Place } from "./queries";

export function RepositoriesView(_props: {
  place: Place;
  workspaceSlug: string;
  space: SpaceDto | undefined;
  search: string;
}) {
  return null;
}
