"use client";

import { useRef, useState } from "react";
import { UNTAG_MAX } from "@/contracts/image-deletion";
import type { ImageDto } from "@/contracts/images";
import { count } from "../history/run-words";
import { Callout } from "../ui/callout";
import { Checkbox } from "../ui/checkbox";
import { ConfirmDialog } from "../ui/confirm-dialog";
import { FieldGroup } from "../ui/field";
import { useStartUntag } from "./deletion-queries";
import { shortDigest } from "./image-words";
import type { Place } from "./queries";
import { ReasonField } from "./reason-field";
import { StartedRunDialog } from "./started-run-dialog";

type TaggedImage = Pick<ImageDto, "repositoryName" | "digest" | "tags">;

/** More tags than these are chosen all at once or by the list's filter, not one by one. */
const TAGS_SHOWN = 200;

/**
 * Asks which tags of an image to delete, and whether its digest goes to the recycle bin where none is left. Then follows the run.
 * `onDone`: it was started; `onClose`: the dialog wants to be gone.
 */
export function DeleteTagsDialog({
  workspaceId,
  workspaceSlug,
  spaceId,
  image,
  onDone,
  onClose,
}: Place & { workspaceSlug: string; image: TaggedImage; onDone: () => void; onClose: () => void }) {
  const place = { workspaceId, spaceId };
  const start = useStartUntag(place);
  const all = image.tags.slice(0, UNTAG_MAX);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(() => new Set(all.length === 1 ? all : []));
  const [isDigestToo, setIsDigestToo] = useState(false);
  const [reason, setReason] = useState("");
  const [started, setStarted] = useState<{ runId: string; title: string } | null>(null);
  const isStarted = useRef(false);
  const what = count(chosen.size, "tag");

  if (started) {
    return <StartedRunDialog {...place} {...started} workspaceSlug={workspaceSlug} onClose={onClose} />;
  }
  const submit = async () => {
    const { repositoryName, digest } = image;
    const run = await start.mutateAsync({
      tags: all.filter((tag) => chosen.has(tag)).map((tag) => ({ repositoryName, tag, digest })),
      recycleDigests: isDigestToo,
      ...(reason.trim() === "" ? {} : { reason }),
    });
    isStarted.current = true;
    setStarted({ runId: run.id, title: `Deleting ${what}` });
    onDone();
  };
  const choose = (tag: string, isChosen: boolean) => {
    const next = new Set(chosen);
    if (isChosen) next.add(tag);
    else next.delete(tag);
    setChosen(next);
  };
  return (
    <ConfirmDialog
      open
      onOpenChange={(isOpen) => {
        if (!isOpen && !isStarted.current) onClose();
      }}
      title={image.tags.length === 1 ? "Delete tag" : "Delete tags"}
      description={
        <>
          Tags of <code className="[overflow-wrap:anywhere]">{image.repositoryName}</code>, digest{" "}
          <code>{shortDigest(image.digest)}</code>. A tag that points at another digest by the time it is deleted is
          left alone.
        </>
      }
      confirmLabel={chosen.size > 1 ? `Delete ${what}` : "Delete tag"}
      isIncomplete={chosen.size === 0}
      onConfirm={submit}
    >
      <TagChoice tags={all} chosen={chosen} onChoose={choose} onChooseAll={(tags) => setChosen(new Set(tags))} />
      {image.tags.length > all.length ? (
        <Callout tone="info">{`At most ${UNTAG_MAX.toLocaleString("en-US")} tags are deleted at once; this image has ${image.tags.length.toLocaleString("en-US")}.`}</Callout>
      ) : null}
      <Checkbox
        checked={isDigestToo}
        onCheckedChange={setIsDigestToo}
        label="Delete this digest from the image history"
        hint="If no tag is left on it, it moves to the recycle bin with its children and signatures, and can be restored with these tags."
      />
      <p className="text-sm text-subtle">{outcomeText(chosen.size, image.tags.length, isDigestToo)}</p>
      <ReasonField value={reason} onValueChange={setReason} />
    </ConfirmDialog>
  );
}

function TagChoice({
  tags,
  chosen,
  onChoose,
  onChooseAll,
}: {
  tags: readonly string[];
  chosen: ReadonlySet<string>;
  onChoose: (tag: string, isChosen: boolean) => void;
  onChooseAll: (tags: readonly string[]) => void;
}) {
  const isAll = tags.every((tag) => chosen.has(tag));
  return (
    <FieldGroup label="Tags to delete">
      {tags.length > 1 ? (
        <Checkbox
          checked={isAll ? true : chosen.size > 0 ? "indeterminate" : false}
          onCheckedChange={(isOn) => onChooseAll(isOn ? tags : [])}
          label={`All ${tags.length.toLocaleString("en-US")} tags`}
        />
      ) : null}
      <div className="flex max-h-44 flex-col gap-2 overflow-y-auto rounded-md border border-rule px-3 py-2">
        {tags.slice(0, TAGS_SHOWN).map((tag) => (
          <Checkbox
            key={tag}
            checked={chosen.has(tag)}
            onCheckedChange={(isOn) => onChoose(tag, isOn)}
            label={<code className="[overflow-wrap:anywhere]">{tag}</code>}
          />
        ))}
        {tags.length > TAGS_SHOWN ? (
          <p className="text-sm text-subtle">and {(tags.length - TAGS_SHOWN).toLocaleString("en-US")} more</p>
        ) : null}
      </div>
    </FieldGroup>
  );
}

/** What becomes of the image itself. */
function outcomeText(chosen: number, tags: number, isDigestToo: boolean): string {
  if (chosen < tags) return "The image keeps its other tags and can be pulled by them and by digest.";
  if (isDigestToo)
    return "It loses its last tag, so that the digest moves to the recycle bin. Parts that another image needs stay.";
  return "It loses its last tag and stays as an untagged digest: it can be pulled by digest until a rule or a garbage collection removes untagged images.";
}
