"use client";

import { useState } from "react";
import type { ImageDetailsDto } from "@/contracts/image-details";
import { ChoiceChips } from "../reclaim/choice-chips";
import { registryHost } from "../spaces/registry-host";
import { CopyBlock } from "../ui/copy-block";
import { Skeleton } from "../ui/skeleton";
import { PULL_TOOLS, type PullTool, pullCommand, pullReferences } from "./pull-reference";

/** How to pull an image, by tag and by digest, with the tool of choice. */
export function PullCommands({ details, registryUrl }: { details: ImageDetailsDto; registryUrl: string | undefined }) {
  const [tool, setTool] = useState<PullTool>("docker");
  if (registryUrl === undefined) return <Skeleton className="w-full" />;
  const tags = details.image?.tags ?? details.tags.map(({ name }) => name);
  const { byTag, byDigest } = pullReferences(registryHost(registryUrl), { ...details, tags: [...tags] });
  const isPlain = registryUrl.startsWith("http://");
  return (
    <div className="flex flex-col gap-1.5">
      <ChoiceChips
        label="Tool"
        value={tool}
        onValueChange={setTool}
        options={PULL_TOOLS.map((each) => ({ value: each, label: each }))}
      />
      {byTag ? <CopyBlock label="pull command by tag" code={pullCommand(tool, byTag, isPlain)} /> : null}
      <CopyBlock label="pull command by digest" code={pullCommand(tool, byDigest, isPlain)} />
      <p className="text-sm text-subtle">
        {byTag ? "A tag may be pushed anew and lead elsewhere; the digest" : "The digest"} always means this very image.
      </p>
    </div>
  );
}
