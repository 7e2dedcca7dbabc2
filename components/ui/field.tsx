"use client";

import { createContext, type ReactNode, useContext, useId } from "react";
import { cn } from "@/lib/cn";

type FieldWiring = { id: string; describedBy: string | undefined; invalid: boolean; required: boolean };

const FieldContext = createContext<FieldWiring | null>(null);

/** What a control inside a `Field` needs to be named and described by it. Empty outside of one. */
export function useFieldWiring(own: { id?: string | undefined; "aria-describedby"?: string | undefined } = {}) {
  const field = useContext(FieldContext);
  return {
    id: own.id ?? field?.id,
    "aria-describedby": [own["aria-describedby"], field?.describedBy].filter(Boolean).join(" ") || undefined,
    "aria-invalid": field?.invalid || undefined,
    "aria-required": field?.required || undefined,
  };
}

export type FieldProps = {
  label: ReactNode;
  hint?: ReactNode;
  /** The problem with the present value; while it is set the control is marked invalid. */
  error?: string | undefined;
  required?: boolean;
  /** Shown at the right of the label, for example "optional" or a counter. */
  aside?: ReactNode;
  className?: string;
  children: ReactNode;
};

/** A label, a hint and an error around one control (Input, Textarea, Select), joined by ids. */
export function Field({ label, hint, error, required = false, aside, className, children }: FieldProps) {
  const id = useId();
  const hintId = hint ? `${id}-hint` : undefined;
  const errorId = error ? `${id}-error` : undefined;
  const describedBy = [errorId, hintId].filter(Boolean).join(" ") || undefined;
  return (
    <div className={cn("flex min-w-0 flex-col gap-1.5", className)}>
      <div className="flex items-baseline justify-between gap-2">
        <label htmlFor={id} className="font-medium text-base text-ink">
          {label}
        </label>
        {aside ? <span className="text-sm text-subtle">{aside}</span> : null}
      </div>
      <FieldContext value={{ id, describedBy, invalid: Boolean(error), required }}>{children}</FieldContext>
      {error ? <FieldError id={errorId}>{error}</FieldError> : null}
      {hint ? (
        <p id={hintId} className="text-sm text-subtle">
          {hint}
        </p>
      ) : null}
    </div>
  );
}

/** Several controls under one legend (radio group, checkboxes): a fieldset with the same hint and error wiring. */
export function FieldGroup({ label, hint, error, className, children }: FieldProps) {
  const id = useId();
  const hintId = hint ? `${id}-hint` : undefined;
  const errorId = error ? `${id}-error` : undefined;
  return (
    <fieldset
      className={cn("flex min-w-0 flex-col gap-2", className)}
      aria-describedby={[errorId, hintId].filter(Boolean).join(" ") || undefined}
    >
      <legend className="mb-1.5 font-medium text-base text-ink">{label}</legend>
      {hint ? (
        <p id={hintId} className="-mt-1.5 text-sm text-subtle">
          {hint}
        </p>
      ) : null}
      {children}
      {error ? <FieldError id={errorId}>{error}</FieldError> : null}
    </fieldset>
  );
}

function FieldError({ id, children }: { id: string | undefined; children: ReactNode }) {
  return (
    <p id={id} role="alert" className="font-medium text-danger text-sm first-letter:uppercase">
      {children}
    </p>
  );
}
