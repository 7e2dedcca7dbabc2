"use client";

import { X } from "lucide-react";
import { Dialog as Primitive } from "radix-ui";
import type { ReactNode } from "react";
import { cn } from "@/lib/cn";
import { overlayStyles } from "../ui/dialog";
import { IconButton } from "../ui/icon-button";

/** Details beside the list that they belong to; on a narrow screen over it. Escape or the cross closes it. */
export function SideSheet({
  open,
  onOpenChange,
  title,
  description,
  children,
  footer,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  description: ReactNode;
  children: ReactNode;
  footer?: ReactNode;
}) {
  return (
    <Primitive.Root open={open} onOpenChange={onOpenChange}>
      <Primitive.Portal>
        <Primitive.Overlay className={overlayStyles} />
        <Primitive.Content
          // On the sheet itself: its first control would be a copy button, with its tooltip.
          onOpenAutoFocus={(event) => {
            event.preventDefault();
            (event.currentTarget as HTMLElement).focus();
          }}
          className={cn(
            "fixed inset-y-0 right-0 z-40 flex w-full max-w-xl animate-fade flex-col bg-surface text-ink shadow-dialog outline-none",
          )}
        >
          <header className="flex items-start gap-4 border-rule border-b px-5 pt-4 pb-3">
            <div className="min-w-0 flex-1">
              <Primitive.Title className="font-semibold text-lg [overflow-wrap:anywhere]">{title}</Primitive.Title>
              <Primitive.Description asChild>
                <div className="text-muted">{description}</div>
              </Primitive.Description>
            </div>
            <Primitive.Close asChild>
              <IconButton label="Close" icon={<X />} className="-mr-1.5" />
            </Primitive.Close>
          </header>
          <div className="min-h-0 flex-1 overflow-y-auto px-5 py-4">{children}</div>
          {footer ? (
            <footer className="flex flex-wrap items-center justify-end gap-2 border-rule border-t px-5 py-3">
              {footer}
            </footer>
          ) : null}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
