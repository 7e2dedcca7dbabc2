"use client";

import { useRef, useState } from "react";
import type { ImageSelection } from "@/contracts/images";
import type { Permission } from "@/domain/access/permissions";
import { formatBytes } from "@/lib/bytes";
import { count, group } from "../history/run-words";
import { missingPermissionText } from "../reclaim/gated-button";
import { Callout } from "../ui/callout";
import { ConfirmDialog } from "../ui/confirm-dialog";
import { KeyValueList } from "../ui/key-value-list";
import { problemOf } from "../ui/problem-of";
import { Skeleton } from "../ui/skeleton";
import { Switch } from "../ui/switch";
import { useStartRecycle } from "./deletion-queries";
import { type Place, useMeasure } from "./queries";
import { ReasonField } from "./reason-field";
import { StartedRunDialog } from "./started-run-dialog";

type Measured = NonNullable<ReturnType<typeof useMeasure>["data"]>;

const TAGS_SHOWN = 6;

/**
 * Asks before images are deleted, in numbers; to the recycle bin with a plain confirmation, or without it, with the name of the space typed.
 * Then follows the run. `onDone`: it was started, what was selected may be let go; `onClose`: the dialog wants to be gone.
 */
export function DeleteImagesDialog({
  workspaceId,
  workspaceSlug,
  spaceId,
  spaceName,
  permissions,
  selection,
  partOf,
  onDone,
  onClose,
}: Place & {
  workspaceSlug: string;
  spaceName: string;
  permissions: readonly Permission[];
  selection: ImageSelection;
  /** Of a single image: what it is a part of, by name; a part stays as long as that does. */
  partOf: readonly string[];
  onDone: () => void;
  onClose: () => void;
}) {
  const place = { workspaceId, spaceId };
  const measure = useMeasure(place, selection);
  const start = useStartRecycle(place);
  const [reason, setReason] = useState("");
  const [isSkipping, setIsSkipping] = useState(false);
  const [started, setStarted] = useState<{ runId: string; title: string } | null>(null);
  // The confirmation closes itself when it was confirmed; the run is shown in its place then.
  const isStarted = useRef(false);
  const numbers = measure.data;
  const going = numbers ? numbers.images - numbers.pinned - numbers.parts : 0;
  const isPart = partOf.length > 0;
  const isAllKept = numbers !== undefined && numbers.images > 0 && going === 0;
  const what = numbers ? count(numbers.images, "digest") : "digests";
  const cannotSkip = permissions.includes("bin.purge") ? null : missingPermissionText("bin.purge");

  if (started) {
    return <StartedRunDialog {...place} {...started} workspaceSlug={workspaceSlug} onClose={onClose} />;
  }
  const submit = async () => {
    if (!numbers) return;
    const run = await start.mutateAsync({
      selection,
      ...(reason.trim() === "" ? {} : { reason }),
      // What these numbers say is what goes, not what a filter would find by now.
      asOf: numbers.measuredAt,
      // The dialog opens its button only once this very name was typed.
      ...(isSkipping ? { skipBin: { typedName: spaceName, expectedCount: numbers.images } } : {}),
    });
    isStarted.current = true;
    setStarted({ runId: run.id, title: isSkipping ? `Destroying ${what}` : `Moving ${what} to the recycle bin` });
    onDone();
  };
  return (
    <ConfirmDialog
      open
      onOpenChange={(isOpen) => {
        if (!isOpen && !isStarted.current) onClose();
      }}
      title={numbers && numbers.images > 1 ? `Delete ${what}` : "Delete digest"}
      description={
        isAllKept || isPart ? (
          "Nothing goes."
        ) : isSkipping ? (
          <>
            The images are removed for good: they <strong className="font-medium text-ink">cannot be restored</strong>.
          </>
        ) : (
          "The images move to the recycle bin, each whole, and can be restored from there with all their tags until they are purged."
        )
      }
      confirmLabel={isSkipping ? "Destroy" : "Move to recycle bin"}
      isIncomplete={numbers === undefined || going === 0 || isPart}
      {...(isSkipping ? { typedName: spaceName, typedLabel: "Registry space" } : {})}
      onConfirm={submit}
    >
      {isPart ? (
        <Callout tone="info">
          {`It is a part of ${partOf.slice(0, 3).join(", ")}${partOf.length > 3 ? ` and ${group(partOf.length - 3)} more` : ""}, and kept as long as that is there: delete that instead. Its own tags can be deleted.`}
        </Callout>
      ) : isAllKept ? (
        <Exceptions numbers={numbers} />
      ) : numbers ? (
        <Impact numbers={numbers} isSkipping={isSkipping} />
      ) : measure.error ? (
        <Callout tone="danger" title={problemOf(measure.error)?.title ?? "What would go could not be counted"}>
          {problemOf(measure.error)?.detail}
        </Callout>
      ) : (
        <div role="status" aria-label="Counting what would go">
          <Skeleton className="h-28 w-full" />
        </div>
      )}
      {isAllKept || isPart ? null : (
        <>
          <ReasonField value={reason} onValueChange={setReason} />
          <Switch
            checked={isSkipping}
            onCheckedChange={setIsSkipping}
            disabled={cannotSkip !== null}
            label="Skip the recycle bin"
            hint={cannotSkip ?? "Each image is moved and verified as always, then purged by the same run."}
          />
        </>
      )}
    </ConfirmDialog>
  );
}

function Impact({ numbers, isSkipping }: { numbers: Measured; isSkipping: boolean }) {
  const { images, tags, repositories } = numbers;
  return (
    <div className="flex flex-col gap-3 text-ink">
      <KeyValueList
        layout="columns"
        className="gap-x-8"
        items={[
          { label: count(repositories, "repository", "repositories"), value: count(images, "digest") },
          ...(numbers.children === 0 ? [] : [{ label: "Platforms", value: group(numbers.children) }]),
          ...(numbers.referrers === 0 ? [] : [{ label: "Signatures, SBOMs", value: group(numbers.referrers) }]),
        ]}
      />
      <KeyValueList
        layout="columns"
        className="gap-x-8"
        items={[
          { label: "Freed later", value: formatBytes(numbers.freedBytes) },
          ...(numbers.sharedBytes === 0 ? [] : [{ label: "Shared, stays", value: formatBytes(numbers.sharedBytes) }]),
          ...(numbers.heldByBinBytes === 0
            ? []
            : [{ label: "Held by the bin", value: formatBytes(numbers.heldByBinBytes) }]),
        ]}
      />
      {images > 0 && numbers.freedBytes === 0 && numbers.storedBytes > 0 ? (
        <Callout tone="info">
          Nothing would be freed: other images or the recycle bin use all of this data. What is a part of another image,
          for instance one of its platforms, is kept.
        </Callout>
      ) : null}
      <div>
        <p className="font-medium">
          {tags === 0
            ? `No tag points at ${images === 1 ? "it" : "them"}.`
            : `Deleting a digest deletes its tags: ${count(tags, "tag")}.`}
        </p>
        {tags > 0 ? <TagSample numbers={numbers} /> : null}
      </div>
      <Exceptions numbers={numbers} />
      <p className="text-sm text-subtle">
        Layer data that nothing needs any more stays in the registry until the next garbage collection
        {isSkipping ? "" : " after a purge"}. Parts that another image needs stay for it.
      </p>
    </div>
  );
}

function TagSample({ numbers: { tags, tagSample, repositories } }: { numbers: Measured }) {
  const shown = tagSample.slice(0, TAGS_SHOWN);
  const more = tags - shown.length;
  // With one repository its name is said once.
  const repository = repositories === 1 ? shown[0]?.slice(0, shown[0].lastIndexOf(":")) : undefined;
  const names = repository === undefined ? shown : shown.map((name) => name.slice(repository.length + 1));
  return (
    <p className="text-sm text-muted [overflow-wrap:anywhere]">
      {repository === undefined ? "" : `${repository}: `}
      <code>{names.join(", ")}</code>
      {more > 0 ? ` and ${group(more)} more` : ""}
    </p>
  );
}

/** What was chosen and does not go. */
function Exceptions({ numbers: { images, pinned, parts, gone } }: { numbers: Measured }) {
  const lines = [
    pinned === 0
      ? ""
      : pinned === images
        ? `${images === 1 ? "It or a part of it is" : "All, or a part of each, are"} pinned, and kept: end the pin first.`
        : `${count(pinned, "image")} of these ${pinned === 1 ? "is" : "are"} pinned, or a part of ${pinned === 1 ? "it" : "them"} is, and kept.`,
    parts === 0
      ? ""
      : parts === images
        ? `${images === 1 ? "It is a part of an index that is" : "They are parts of indexes that are"} kept, and kept with ${images === 1 ? "it" : "them"}: delete the index instead.`
        : `${count(parts, "image")} of these ${parts === 1 ? "is a part of an index that is" : "are parts of indexes that are"} kept, and ${parts === 1 ? "is" : "are"} kept, too.`,
    gone === 0 ? "" : `${count(gone, "image")} of the selection ${gone === 1 ? "is" : "are"} gone already.`,
  ].filter((line) => line !== "");
  return lines.length === 0 ? null : <Callout tone="info">{lines.join(" ")}</Callout>;
}
