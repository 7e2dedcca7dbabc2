"use client";

import { AlertDialog as Primitive } from "radix-ui";
import { type FormEvent, type ReactNode, useId, useRef, useState } from "react";
import { cn } from "@/lib/cn";
import { Button } from "./button";
import { Callout } from "./callout";
import { overlayStyles, sheetStyles } from "./dialog";
import { Field } from "./field";
import { Input } from "./input";
import { useFocusReturn } from "./use-focus-return";

export type ConfirmDialogProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  /** What will happen, and whether it can be taken back. */
  description: ReactNode;
  /** More about it: a list, a size, options. */
  children?: ReactNode;
  confirmLabel: string;
  cancelLabel?: string;
  tone?: "danger" | "primary";
  /** The name that must be typed before the confirmation is enabled: for what cannot be undone. */
  typedName?: string;
  /** The name of the field where it is typed. */
  typedLabel?: string;
  /** Not to be confirmed yet: what it says is still being found out, or something in `children` is missing. */
  isIncomplete?: boolean;
  /** While the promise is pending the dialog stays and says so; resolved it closes, rejected it shows the error's message. */
  onConfirm: () => void | Promise<void>;
};

/** Asks before something with consequences. Focus starts on "Cancel" or on the name to be typed. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  return (
    <Primitive.Root open={props.open} onOpenChange={props.onOpenChange}>
      <Primitive.Portal>
        <Primitive.Overlay className={overlayStyles} />
        <ConfirmContent {...props} />
      </Primitive.Portal>
    </Primitive.Root>
  );
}

// Mounted only while open, so that the typed name and an old error are gone the next time.
function ConfirmContent({
  onOpenChange,
  title,
  description,
  children,
  confirmLabel,
  cancelLabel = "Cancel",
  tone = "danger",
  typedName,
  typedLabel,
  isIncomplete = false,
  onConfirm,
}: ConfirmDialogProps) {
  const formId = useId();
  const returnFocus = useFocusReturn();
  const [typed, setTyped] = useState("");
  const [pending, setPending] = useState(false);
  const [failure, setFailure] = useState<string>();
  const nameRef = useRef<HTMLInputElement>(null);
  const confirmed = !isIncomplete && (typedName === undefined || typed === typedName);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!confirmed || pending) return;
    setPending(true);
    setFailure(undefined);
    try {
      await onConfirm();
      onOpenChange(false);
    } catch (error) {
      setFailure(error instanceof Error ? error.message : "It did not work. Nothing was changed.");
      setPending(false);
    }
  };

  return (
    <Primitive.Content
      className={cn(sheetStyles, "max-w-md narrow:max-w-none")}
      onOpenAutoFocus={(event) => {
        if (!nameRef.current) return;
        event.preventDefault();
        nameRef.current.focus();
      }}
      onCloseAutoFocus={returnFocus}
      onEscapeKeyDown={(event) => {
        if (pending) event.preventDefault();
      }}
    >
      <form id={formId} onSubmit={submit} className="flex min-h-0 flex-col gap-3 overflow-y-auto px-5 pt-4 pb-4">
        <Primitive.Title className="font-semibold text-lg">{title}</Primitive.Title>
        <Primitive.Description asChild>
          <div className="text-muted">{description}</div>
        </Primitive.Description>
        {children}
        {typedName !== undefined ? (
          <Field
            label={
              <>
                {typedLabel ? `${typedLabel}: type` : "Type"}{" "}
                <code className="rounded-sm bg-sunken px-1 py-0.5 font-medium">{typedName}</code> to confirm
              </>
            }
          >
            <Input
              ref={nameRef}
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
              autoComplete="off"
              spellCheck={false}
              mono
            />
          </Field>
        ) : null}
        {failure ? (
          <Callout tone="danger" title="That did not work" live>
            {failure}
          </Callout>
        ) : null}
      </form>
      <footer className="flex items-center justify-end gap-2 border-rule border-t px-5 py-3 narrow:[&>button]:flex-1">
        <Primitive.Cancel asChild>
          <Button disabled={pending}>{cancelLabel}</Button>
        </Primitive.Cancel>
        <Button type="submit" form={formId} variant={tone} loading={pending} disabled={!confirmed}>
          {confirmLabel}
        </Button>
      </footer>
    </Primitive.Content>
  );
}
