"use client";

import { useState } from "react";
import { toast } from "sonner";
import type { ImageDto } from "@/contracts/images";
import { count } from "../history/run-words";
import { ConfirmDialog } from "../ui/confirm-dialog";
import { Field } from "../ui/field";
import { Input } from "../ui/input";
import { Select } from "../ui/select";
import { imageLabel, pinText } from "./image-words";
import { useCreatePins, useDeletePin, useUpdatePin } from "./pin-queries";
import type { Place } from "./queries";

type Pin = NonNullable<ImageDto["pin"]>;
type Ends = "never" | "keep" | "7" | "30" | "90" | "date";

const DAY_MS = 86_400_000;
const REASON_MIN = 3;

/** Pins images, or changes the `pin` that an image has. `onDone`: it was done. */
export function PinDialog({
  workspaceId,
  spaceId,
  images,
  pin,
  onDone,
  onClose,
}: Place & {
  images: readonly { repositoryName: string; digest: string }[];
  pin?: Pin;
  onDone: () => void;
  onClose: () => void;
}) {
  const place = { workspaceId, spaceId };
  const create = useCreatePins(place);
  const update = useUpdatePin(place);
  const [reason, setReason] = useState(pin?.reason ?? "");
  const [ends, setEnds] = useState<Ends>(pin ? "keep" : "never");
  const [date, setDate] = useState("");
  // The whole day that was chosen, where the person is.
  const dateEnd = date === "" ? null : new Date(`${date}T23:59:59`);
  const isDateGood = dateEnd !== null && dateEnd.getTime() > Date.now();

  const submit = async () => {
    if (pin) {
      await update.mutateAsync({ pinId: pin.id, reason, ...endOf(ends, dateEnd) });
      toast.success("Pin changed");
    } else {
      const { items, alreadyPinned, gone } = await create.mutateAsync({
        images: images.map(({ repositoryName, digest }) => ({ repositoryName, digest })),
        ...{ reason, ...endOf(ends, dateEnd) },
      });
      const rest = [
        alreadyPinned > 0 ? `${count(alreadyPinned, "image")} had a pin already and keep it` : "",
        gone > 0 ? `${count(gone, "image")} are not there any more` : "",
      ].filter((part) => part !== "");
      toast.success(`${count(items.length, "image")} pinned`, { description: rest.join("; ") || undefined });
    }
    onDone();
  };
  return (
    <ConfirmDialog
      open
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose();
      }}
      title={pin ? "Change pin" : images.length === 1 ? "Pin image" : `Pin ${count(images.length, "image")}`}
      description="No rule, person or garbage collection takes a pinned image, its tags or its parts until the pin ends. You and workspace admins can end it."
      confirmLabel={pin ? "Change pin" : "Pin"}
      tone="primary"
      isIncomplete={reason.trim().length < REASON_MIN || (ends === "date" && !isDateGood)}
      onConfirm={submit}
    >
      <Field label="Reason" required hint="Shown wherever somebody wonders why it stays.">
        <Input
          value={reason}
          maxLength={200}
          placeholder="for instance: rollback target of the spring release"
          onChange={(event) => setReason(event.target.value)}
        />
      </Field>
      <Field label="Ends">
        <Select
          value={ends}
          onValueChange={setEnds}
          options={[
            ...(pin ? [{ value: "keep" as const, label: "As it is" }] : []),
            { value: "never", label: "When somebody removes it" },
            { value: "7", label: "In 7 days" },
            { value: "30", label: "In 30 days" },
            { value: "90", label: "In 90 days" },
            { value: "date", label: "On a day" },
          ]}
        />
      </Field>
      {ends === "date" ? (
        <Field
          label="Last day"
          error={date !== "" && !isDateGood ? "choose today or a later day" : undefined}
          className="max-w-52"
        >
          <Input type="date" value={date} onChange={(event) => setDate(event.target.value)} />
        </Field>
      ) : null}
    </ConfirmDialog>
  );
}

function endOf(ends: Ends, date: Date | null): { expiresAt?: string | null } {
  if (ends === "keep") return {};
  if (ends === "never") return { expiresAt: null };
  if (ends === "date") return { expiresAt: date?.toISOString() ?? null };
  return { expiresAt: new Date(Date.now() + Number(ends) * DAY_MS).toISOString() };
}

/** Asks before a pin ends, and says whose it is and why. */
export function UnpinDialog({
  workspaceId,
  spaceId,
  image,
  onDone,
  onClose,
}: Place & {
  image: Pick<ImageDto, "repositoryName" | "digest" | "tags"> & { pin: Pin };
  onDone: () => void;
  onClose: () => void;
}) {
  const end = useDeletePin({ workspaceId, spaceId });
  return (
    <ConfirmDialog
      open
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose();
      }}
      title="Unpin image"
      description={
        <>
          <code className="[overflow-wrap:anywhere]">{imageLabel(image)}</code> can be taken by rules and by hand again.
        </>
      }
      confirmLabel="Unpin"
      tone="primary"
      onConfirm={async () => {
        await end.mutateAsync(image.pin.id);
        toast.success("Pin ended");
        onDone();
      }}
    >
      <p className="text-ink">{pinText(image.pin)}</p>
    </ConfirmDialog>
  );
}
