"use client";

import { useId } from "react";
import { DELETION_REASONS } from "@/contracts/image-deletion";
import { Field } from "../ui/field";
import { Input } from "../ui/input";

/** Why something is deleted: one of the usual reasons, or a person's own words. */
export function ReasonField({ value, onValueChange }: { value: string; onValueChange: (value: string) => void }) {
  const listId = useId();
  return (
    <Field label="Reason" aside="optional" hint="Kept in history and in the recycle bin, with your name.">
      <Input
        list={listId}
        maxLength={200}
        value={value}
        placeholder={DELETION_REASONS.join(", ")}
        onChange={(event) => onValueChange(event.target.value)}
      />
      <datalist id={listId}>
        {DELETION_REASONS.map((reason) => (
          <option key={reason} value={reason} />
        ))}
      </datalist>
    </Field>
  );
}
