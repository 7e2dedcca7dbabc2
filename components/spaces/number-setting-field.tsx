"use client";

import { GatedButton, missingPermissionText } from "../reclaim/gated-button";
import { Field } from "../ui/field";
import { Input } from "../ui/input";
import { problemOf } from "../ui/problem-of";

/** What is wrong with a typed number, by the schema of its setting. */
interface CheckedNumber {
  success: boolean;
  error?: { issues: readonly { message: string }[] } | undefined;
}

/** A setting of a space that is one whole number, with its unit and its Save button; a form goes around it. */
export function NumberSettingField({
  label,
  unit,
  unitWords,
  typed,
  checked,
  onType,
  update,
  mayWrite,
  isReady,
}: {
  label: string;
  unit: string;
  /** The unit in the words of an error: “Write a whole number of days”. */
  unitWords: string;
  typed: string;
  checked: CheckedNumber;
  onType: (typed: string) => void;
  update: { error: unknown; isPending: boolean; reset: () => void };
  mayWrite: boolean;
  /** Whether there is something to save. */
  isReady: boolean;
}) {
  const isWhole = Number.isInteger(numberOf(typed));
  return (
    <div className="flex items-start gap-2">
      <Field
        label={label}
        className="w-40"
        error={
          checked.success
            ? problemOf(update.error)?.detail
            : (isWhole && checked.error?.issues[0]?.message) || `Write a whole number of ${unitWords}`
        }
      >
        <Input
          inputMode="numeric"
          value={typed}
          readOnly={!mayWrite}
          suffix={unit}
          onChange={(event) => {
            onType(event.target.value);
            update.reset();
          }}
        />
      </Field>
      <GatedButton
        type="submit"
        className="mt-[26px]"
        loading={update.isPending}
        disabled={mayWrite && !isReady}
        reason={mayWrite ? null : missingPermissionText("spaces.write")}
      >
        Save
      </GatedButton>
    </div>
  );
}

/** What somebody typed as a number; nothing typed is none. */
export function numberOf(typed: string): number {
  return typed.trim() === "" ? Number.NaN : Number(typed);
}
