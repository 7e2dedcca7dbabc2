"use client";

import { parseAsString, useQueryStates } from "nuqs";
import { useState } from "react";
import type { ImageDetailsDto } from "@/contracts/image-details";
import type { Permission } from "@/domain/access/permissions";
import { isNotFound } from "../spaces/is-not-found";
import { useSpace } from "../spaces/queries";
import { permissionsIn } from "../spaces/reader-permissions";
import { ErrorState } from "../ui/error-state";
import { problemOf } from "../ui/problem-of";
import { Section } from "../ui/section";
import { Skeleton } from "../ui/skeleton";
import { ImageConfig } from "./image-config";
import { type DialogRequest, ImageDialogs } from "./image-dialogs";
import { ImageFacts } from "./image-facts";
import { ImageGone, ImageUnknown } from "./image-gone";
import { ImageHead } from "./image-head";
import { ImageHistory } from "./image-history";
import { ImageLayers } from "./image-layers";
import { ImageManifest } from "./image-manifest";
import { ImageOwners, ImagePlatforms, ImageReferrers, PlatformSwitch } from "./image-parts";
import { ImagePulls } from "./image-pulls";
import { PullCommands } from "./pull-commands";
import { type Place, useImage } from "./queries";
import { useLiveImages } from "./use-live-images";

export interface ImagePageProps {
  workspaceId: string;
  workspaceSlug: string;
  spaceId: string;
  permissions: readonly Permission[];
}

/** One image (or a platform or referrer of one) by the repository and digest in the address: what it is, holds, shares, and what happened to it. */
export function ImagePage({ workspaceId, workspaceSlug, spaceId, permissions: granted }: ImagePageProps) {
  const place = { workspaceId, spaceId };
  const [{ repository, digest }] = useQueryStates({
    repository: parseAsString.withDefault(""),
    digest: parseAsString.withDefault(""),
  });
  const space = useSpace(workspaceId, spaceId);
  const permissions = permissionsIn(space.data, granted);
  const isNamed = repository !== "" && digest !== "";
  const image = useImage(place, repository, digest, isNamed);
  const [dialog, setDialog] = useState<DialogRequest | null>(null);
  useLiveImages(place);

  const common = { place, workspaceSlug, space: space.data, repository, digest };
  if (!isNamed || isNotFound(space.error)) return <ImageUnknown {...common} />;
  return (
    <>
      {isNotFound(image.error) ? (
        // It was here a moment ago, or long ago: either way its history is.
        <ImageGone {...common} />
      ) : image.error && !image.data ? (
        <ErrorState
          problem={problemOf(image.error) ?? { title: "The image could not be loaded" }}
          onRetry={() => image.refetch()}
          retrying={image.isFetching}
        />
      ) : (
        <ImageHead {...common} details={image.data} permissions={permissions} onAsk={setDialog} />
      )}
      {image.data && !isNotFound(image.error) ? (
        <ImageBody
          key={`${repository}@${digest}`}
          place={place}
          workspaceSlug={workspaceSlug}
          details={image.data}
          space={space.data}
          permissions={permissions}
          onAsk={setDialog}
        />
      ) : image.isPending ? (
        <Loading />
      ) : null}
      {/* Outlives the image: what deletes it is followed to its end. */}
      <ImageDialogs
        place={place}
        workspaceSlug={workspaceSlug}
        space={space.data}
        permissions={permissions}
        request={dialog}
        onClose={() => setDialog(null)}
        onDone={() => {}}
      />
    </>
  );
}

function ImageBody({
  place,
  workspaceSlug,
  details,
  space,
  permissions,
  onAsk,
}: {
  place: Place;
  workspaceSlug: string;
  details: ImageDetailsDto;
  space: Parameters<typeof ImageFacts>[0]["space"];
  permissions: readonly Permission[];
  onAsk: (request: DialogRequest) => void;
}) {
  const isIndex = details.kind === "index";
  const runnable = details.children.filter((child) => !child.isMissing);
  const [chosen, setChosen] = useState<string | null>(null);
  // Of an index one platform is shown: its first, until another is chosen.
  const childDigest = isIndex ? (runnable.find(({ digest }) => digest === chosen) ?? runnable[0])?.digest : undefined;
  const child = useImage(place, details.repositoryName, childDigest ?? "", childDigest !== undefined);
  const shown = isIndex ? child.data : details;
  const platform = isIndex ? (
    <PlatformSwitch items={runnable} value={childDigest ?? ""} onValueChange={setChosen} />
  ) : null;
  return (
    // In one column what is known at a glance comes before layers and history.
    <div className="grid grid-cols-[minmax(0,1fr)_340px] grid-rows-[auto_1fr] gap-x-10 medium:grid-cols-1 medium:grid-rows-none">
      <div className="min-w-0">
        <Section title="Pull" actions={null}>
          <PullCommands details={details} registryUrl={space?.registryUrl} />
        </Section>
        {isIndex ? (
          <Section title={`Platforms (${details.children.length})`}>
            <ImagePlatforms details={details} workspaceSlug={workspaceSlug} spaceId={place.spaceId} />
          </Section>
        ) : null}
      </div>
      <div className="col-start-2 row-span-2 row-start-1 min-w-0 border-rule medium:col-auto medium:row-auto medium:border-t medium:pt-5">
        <ImageFacts details={details} space={space} permissions={permissions} onAsk={onAsk} />
        {details.belongsTo.length > 0 ? (
          <Section title="Belongs to">
            <ImageOwners details={details} workspaceSlug={workspaceSlug} spaceId={place.spaceId} />
          </Section>
        ) : null}
        <Section title="Referrers">
          <ImageReferrers details={details} workspaceSlug={workspaceSlug} spaceId={place.spaceId} />
        </Section>
        <ImagePulls place={place} details={details} />
      </div>
      <div className="min-w-0 border-rule border-t pt-5">
        {shown ? (
          <>
            <ImageLayers place={place} details={shown} actions={platform} />
            <ImageConfig place={place} details={shown} actions={platform} />
          </>
        ) : isIndex && childDigest !== undefined ? (
          <Section title="Layers" actions={platform}>
            <Skeleton className="w-full" />
          </Section>
        ) : null}
        <ImageManifest place={place} details={details} />
        <ImageHistory place={place} workspaceSlug={workspaceSlug} details={details} />
      </div>
    </div>
  );
}

function Loading() {
  return (
    <div role="status" aria-busy="true" aria-label="Loading the image" className="flex flex-col gap-4 pt-2">
      {["w-3/5", "w-2/5", "w-full", "w-1/2"].map((width) => (
        <Skeleton key={width} className={width} />
      ))}
    </div>
  );
}
