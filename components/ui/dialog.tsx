"use client";

import { X } from "lucide-react";
import { Dialog as Primitive } from "radix-ui";
import type { ReactNode } from "react";
import { cn } from "@/lib/cn";
import { Button } from "./button";
import { useFocusReturn } from "./use-focus-return";

/** The dimmed ground and the sheet of paper, shared with the confirmation. */
export const overlayStyles = "fixed inset-0 z-40 animate-fade bg-overlay";
export const sheetStyles = cn(
  "fixed z-40 flex animate-rise flex-col bg-surface text-ink shadow-dialog outline-none",
  "top-1/2 left-1/2 max-h-[min(88dvh,760px)] w-[calc(100vw-32px)] -translate-x-1/2 -translate-y-1/2 rounded-lg",
  "narrow:top-auto narrow:bottom-0 narrow:left-0 narrow:max-h-[92dvh] narrow:w-full narrow:translate-x-0 narrow:translate-y-0 narrow:rounded-b-none",
);

export type DialogProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  description: ReactNode;
  children?: ReactNode;
  /** Buttons, the last one being the main one. */
  footer?: ReactNode;
  size?: "sm" | "md" | "lg" | "xl";
  /** There is nothing to fill in, only to read: the keyboard scrolls it. */
  isReading?: boolean;
};

const WIDTHS = { sm: "max-w-md", md: "max-w-xl", lg: "max-w-3xl", xl: "max-w-5xl" } as const;

/** A modal sheet with a title, a description and a footer that stays in view. To put footer buttons in a form use their `form` attribute. */
export function Dialog({ open, onOpenChange, ...content }: DialogProps) {
  return (
    <Primitive.Root open={open} onOpenChange={onOpenChange}>
      <Primitive.Portal>
        <Primitive.Overlay className={overlayStyles} />
        <DialogContent {...content} />
      </Primitive.Portal>
    </Primitive.Root>
  );
}

// Mounted only while open, so that it knows where the focus was.
function DialogContent({
  title,
  description,
  children,
  footer,
  size = "md",
  isReading = false,
}: Omit<DialogProps, "open" | "onOpenChange">) {
  const returnFocus = useFocusReturn();
  return (
    <Primitive.Content
      className={cn(sheetStyles, WIDTHS[size], "narrow:max-w-none")}
      onOpenAutoFocus={focusFirstControl}
      onCloseAutoFocus={returnFocus}
    >
      <header className="flex items-start gap-4 border-rule border-b px-5 pt-4 pb-3">
        <div className="min-w-0 flex-1">
          <Primitive.Title className="font-semibold text-lg">{title}</Primitive.Title>
          <Primitive.Description className="text-muted">{description}</Primitive.Description>
        </div>
        <Primitive.Close asChild>
          <Button aria-label="Close" icon={<X />} variant="ghost" size="sm" className="-mr-1.5" />
        </Primitive.Close>
      </header>
      {children !== undefined ? (
        <div className="min-h-0 flex-1 overflow-y-auto px-5 py-4" {...(isReading && { tabIndex: 0 })}>
          {children}
        </div>
      ) : null}
      {footer ? (
        <footer className="flex flex-wrap items-center justify-end gap-2 border-rule border-t px-5 py-3 narrow:[&>button]:flex-1">
          {footer}
        </footer>
      ) : null}
    </Primitive.Content>
  );
}

/** Focus starts on the first thing to fill in, else on the sheet itself; never on "Close". */
function focusFirstControl(event: Event): void {
  if (!(event.currentTarget instanceof HTMLElement)) return;
  event.preventDefault();
  const control = event.currentTarget.querySelector<HTMLElement>(
    "input:not([type=hidden], :disabled), textarea:not(:disabled), [role=combobox], [role=radio][data-state=checked]",
  );
  (control ?? event.currentTarget).focus();
}
