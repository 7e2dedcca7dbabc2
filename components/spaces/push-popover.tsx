"use client";

import { Terminal } from "lucide-react";
import type { RegistryDto } from "@/contracts/registries";
import type { SpaceDto } from "@/contracts/spaces";
import type { Permission } from "@/domain/access/permissions";
import { Button } from "../ui/button";
import { Callout } from "../ui/callout";
import { CopyBlock } from "../ui/copy-block";
import { Popover } from "../ui/popover";
import { registryHost } from "./registry-host";

export type PushPopoverProps = {
  space: SpaceDto;
  registry: RegistryDto | undefined;
  permissions: readonly Permission[];
  userEmail: string;
};

/** The commands that sign in to the registry and push an image into this space. */
export function PushPopover(props: PushPopoverProps) {
  const label = props.space.access === "reader" ? "Pull an image" : "Push an image";
  return (
    <Popover
      label={label}
      align="end"
      className="w-[460px]"
      trigger={<Button icon={<Terminal aria-hidden="true" />}>{label}</Button>}
    >
      <PushCommands {...props} />
    </Popover>
  );
}

/** The same commands for the page of an empty space. */
export function PushCommands({ space, registry, permissions, userEmail }: PushPopoverProps) {
  const host = registryHost(space.registryUrl);
  const image = `${host}/${space.prefix}/my-image:1.0`;
  // The registry of a space that another workspace shares may not be in this one's list.
  const auth = registry?.auth ?? space.registryAuth;
  const isReader = space.access === "reader";
  return (
    <div className="flex flex-col gap-3 text-left">
      {isReader ? (
        <Callout tone="info">It belongs to {space.ownerName}: you can pull from it, not push to it.</Callout>
      ) : permissions.includes("images.push") ? null : (
        <Callout tone="info">Your role can pull. Pushing needs a workspace editor or admin.</Callout>
      )}
      {registry?.readOnly ? (
        <Callout tone="warning">Pushes are refused until the garbage collection of {registry.name} has ended.</Callout>
      ) : null}
      {auth === "none" ? null : (
        <div className="flex flex-col gap-1.5">
          <p className="font-medium">1. Sign in to the registry</p>
          <CopyBlock
            label="sign-in command"
            code={auth === "console" ? `docker login ${host} -u ${userEmail}` : `docker login ${host}`}
          />
          <p className="text-sm text-subtle">
            {auth === "console"
              ? "With the password that you use here."
              : "With the registry's own user name and password, not those of this console."}
          </p>
        </div>
      )}
      <div className="flex flex-col gap-1.5">
        <p className="font-medium">
          {auth === "none" ? "" : "2. "}
          {isReader ? "Pull" : "Tag and push"}
        </p>
        {isReader ? (
          <CopyBlock label="pull command" code={`docker pull ${image}`} />
        ) : (
          <CopyBlock label="push commands" code={`docker tag my-image ${image}\ndocker push ${image}`} />
        )}
        {space.registryUrl.startsWith("http://") ? (
          <p className="text-sm text-subtle">
            This registry speaks plain HTTP. Docker accepts that on a loopback address; skopeo wants{" "}
            <code>--dest-tls-verify=false</code>.
          </p>
        ) : null}
      </div>
    </div>
  );
}
