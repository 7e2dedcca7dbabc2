"use client";

import { useState } from "react";
import type { z } from "zod";
import type { checkRestore } from "@/contracts/recycle-bin";
import { restoredTagName } from "@/domain/recycle-bin/restore-tag";
import { count } from "../history/run-words";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { Digest } from "../ui/digest";
import { FieldGroup } from "../ui/field";
import { RadioGroup } from "../ui/radio-group";
import { Badge } from "../ui/status-pill";

export type RestoreConflict = z.output<typeof checkRestore.response>["conflicts"][number];
export type OnTagConflict = "keep_current" | "restore_as";

/** Tags of what is to be restored name another image by now: nothing is overwritten, the person says what happens instead. */
export function RestoreConflictDialog({
  conflicts,
  imageCount,
  onCancel,
  onChoose,
}: {
  /** Empty = closed. */
  conflicts: readonly RestoreConflict[];
  imageCount: number;
  onCancel: () => void;
  onChoose: (choice: OnTagConflict) => void;
}) {
  const [choice, setChoice] = useState<OnTagConflict>("keep_current");
  const first = conflicts[0];
  return (
    <Dialog
      open={conflicts.length > 0}
      onOpenChange={(open) => (open ? undefined : onCancel())}
      title={
        conflicts.length === 1 ? `The tag ${first?.tag} was pushed again` : `${conflicts.length} tags were pushed again`
      }
      description={`${
        imageCount === 1 ? "By now it names" : `Of the ${count(imageCount, "image")} to restore, these tags name`
      } another image than the one in the bin. No image is lost, whatever you choose.`}
      size="lg"
      footer={
        <>
          <Button onClick={onCancel}>Cancel</Button>
          <Button variant="primary" onClick={() => onChoose(choice)}>
            Restore
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-5">
        <ul
          aria-label="Tags in conflict"
          className="max-h-56 divide-y divide-rule overflow-y-auto border-rule border-y"
        >
          {conflicts.map((conflict) => (
            <li
              key={`${conflict.entryId} ${conflict.tag}`}
              className="flex flex-wrap items-center gap-x-3 gap-y-0.5 py-1.5"
            >
              <span className="min-w-0 [overflow-wrap:anywhere]">{conflict.repositoryName}</span>
              <Badge mono>{conflict.tag}</Badge>
              <span className="text-muted">
                now <Digest value={conflict.currentDigest} copy={false} />, in the bin{" "}
                <Digest value={conflict.recordedDigest} copy={false} />
              </span>
            </li>
          ))}
        </ul>
        <FieldGroup label="What should happen to these tags">
          <RadioGroup
            label="What should happen to these tags"
            value={choice}
            onValueChange={setChoice}
            options={[
              {
                value: "keep_current",
                label: "Keep the current image under the tag",
                hint: "The restored image comes back by its digest and its other tags.",
              },
              {
                value: "restore_as",
                label: "Restore under another name",
                hint: `For instance ${restoredTagName(first?.tag ?? "1.0", new Date(), 1)}. The current tag is not touched.`,
              },
            ]}
          />
        </FieldGroup>
      </div>
    </Dialog>
  );
}
