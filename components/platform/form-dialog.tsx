"use client";

import { type FormEvent, type ReactNode, useId } from "react";
import { Button } from "../ui/button";
import { Callout } from "../ui/callout";
import { Dialog } from "../ui/dialog";
import { problemOf } from "../ui/problem-of";

/** A dialog that asks for something, sends it, and may show once what came of it (`result`). */
export function FormDialog({
  title,
  description,
  submitLabel,
  isPending,
  error,
  result,
  onSubmit,
  onClose,
  children,
}: {
  title: string;
  description: string;
  submitLabel: string;
  isPending: boolean;
  error: unknown;
  /** In the place of the form, once there is one. */
  result?: ReactNode;
  onSubmit: () => void;
  onClose: () => void;
  children: ReactNode;
}) {
  const formId = useId();
  const problem = problemOf(error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isPending) onSubmit();
  };
  return (
    <Dialog
      open
      onOpenChange={(isOpen) => {
        if (!isOpen && !isPending) onClose();
      }}
      size="sm"
      title={title}
      description={description}
      footer={
        result ? (
          <Button variant="primary" onClick={onClose}>
            Done
          </Button>
        ) : (
          <>
            <Button onClick={onClose} disabled={isPending}>
              Cancel
            </Button>
            <Button type="submit" form={formId} variant="primary" loading={isPending}>
              {submitLabel}
            </Button>
          </>
        )
      }
    >
      {result ?? (
        <form id={formId} onSubmit={submit} noValidate className="flex flex-col gap-4">
          {children}
          {problem ? (
            <Callout tone="danger" title={problem.title} live>
              {problem.detail}
            </Callout>
          ) : null}
        </form>
      )}
    </Dialog>
  );
}
