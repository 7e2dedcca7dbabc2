"use client";

import { useRef, useState } from "react";
import { UNTAG_MAX } from "@/contracts/image-deletion";
import type { ImageDto } from "@/contracts/images";
import { count, group } from "../history/run-words";
import { Callout } from "../ui/callout";
import { Checkbox } from "../ui/checkbox";
import { ConfirmDialog } from "../ui/confirm-dialog";
import { FieldGroup } from "../ui/field";
import { SearchInput } from "../ui/input";
import { useStartUntag } from "./deletion-queries";
import { pinText, shortDigest } from "./image-words";
import type { Place } from "./queries";
import { ReasonField } from "./reason-field";
import { StartedRunDialog } from "./started-run-dialog";

type TaggedImage = Pick<ImageDto, "repositoryName" | "digest" | "tags" | "pin">;

/** More tags than these are not drawn: the search finds the others. */
const TAGS_SHOWN = 200;
/** From so many on there is a search. */
const SEARCH_FROM = 12;

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
  const all = image.tags;
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
      isIncomplete={chosen.size === 0 || chosen.size > UNTAG_MAX || image.pin !== null}
      onConfirm={submit}
    >
      {image.pin ? (
        <Callout tone="warning" title="Its tags stay: end the pin first.">
          {pinText(image.pin)}
        </Callout>
      ) : null}
      <TagChoice tags={all} chosen={chosen} onChoose={choose} onChooseAll={setChosen} />
      {chosen.size > UNTAG_MAX ? (
        <Callout tone="warning">{`At most ${group(UNTAG_MAX)} tags are deleted at once; ${group(chosen.size)} are chosen.`}</Callout>
      ) : null}
      <Checkbox
        checked={isDigestToo}
        onCheckedChange={setIsDigestToo}
        label="Delete this digest from the image history"
        hint="The image goes to the recycle bin when no tag is left on it, with its platforms and signatures, and can be restored with these tags."
      />
      {image.pin ? null : (
        <p className="text-sm text-subtle">{outcomeText(chosen.size, image.tags.length, isDigestToo)}</p>
      )}
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
  onChooseAll: (tags: ReadonlySet<string>) => void;
}) {
  const [search, setSearch] = useState("");
  const atOnce = tags.slice(0, UNTAG_MAX);
  const isAll = atOnce.every((tag) => chosen.has(tag));
  const wanted = search.trim().toLowerCase();
  const found = wanted === "" ? tags : tags.filter((tag) => tag.toLowerCase().includes(wanted));
  return (
    <FieldGroup label="Tags to delete">
      {tags.length > 1 ? (
        <Checkbox
          checked={isAll ? true : chosen.size > 0 ? "indeterminate" : false}
          onCheckedChange={(isOn) => onChooseAll(new Set(isOn ? atOnce : []))}
          label={
            atOnce.length < tags.length
              ? `The first ${group(atOnce.length)} of ${group(tags.length)} tags`
              : `All ${group(tags.length)} tags`
          }
        />
      ) : null}
      {tags.length >= SEARCH_FROM ? <SearchInput label="Search tags" value={search} onValueChange={setSearch} /> : null}
      <div className="flex max-h-44 flex-col gap-2 overflow-y-auto rounded-md border border-rule px-3 py-2">
        {found.slice(0, TAGS_SHOWN).map((tag) => (
          <Checkbox
            key={tag}
            checked={chosen.has(tag)}
            onCheckedChange={(isOn) => onChoose(tag, isOn)}
            label={<code className="[overflow-wrap:anywhere]">{tag}</code>}
          />
        ))}
        {found.length === 0 ? <p className="text-sm text-subtle">No tag has “{search.trim()}” in its name.</p> : null}
        {found.length > TAGS_SHOWN ? (
          <p className="text-sm text-subtle">
            and {group(found.length - TAGS_SHOWN)} more: search to choose among them
          </p>
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
