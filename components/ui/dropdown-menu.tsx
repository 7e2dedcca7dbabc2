"use client";

import { Check } from "lucide-react";
import Link from "next/link";
import { DropdownMenu as Primitive } from "radix-ui";
import type { ReactNode } from "react";
import { cn } from "@/lib/cn";

/** The ground of everything that floats. */
export const floatStyles = "z-50 animate-pop overflow-y-auto rounded-md bg-raised text-ink shadow-pop outline-none";

const itemStyles =
  "flex min-h-7 cursor-default items-center gap-2 rounded-sm px-2 py-1 text-base outline-none select-none data-[disabled]:text-subtle data-[highlighted]:bg-hover [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-subtle";

/** A menu of actions behind a trigger (one focusable element). */
export function DropdownMenu({
  trigger,
  children,
  align = "end",
  side = "bottom",
  className,
  onCloseAutoFocus,
  ...state
}: {
  trigger: ReactNode;
  children: ReactNode;
  align?: "start" | "center" | "end";
  side?: "top" | "right" | "bottom" | "left";
  /** For a menu that something else than its trigger opens. */
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
  onCloseAutoFocus?: (event: Event) => void;
  className?: string;
}) {
  return (
    <Primitive.Root modal={false} {...state}>
      <Primitive.Trigger asChild>{trigger}</Primitive.Trigger>
      <Primitive.Portal>
        <Primitive.Content
          align={align}
          side={side}
          sideOffset={4}
          collisionPadding={8}
          {...(onCloseAutoFocus ? { onCloseAutoFocus } : {})}
          className={cn(floatStyles, "max-h-(--radix-dropdown-menu-content-available-height) min-w-48 p-1", className)}
        >
          {children}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

export type MenuItemProps = {
  children: ReactNode;
  icon?: ReactNode;
  /** Said at the right: a shortcut, a count. */
  aside?: ReactNode;
  tone?: "neutral" | "danger";
  disabled?: boolean;
} & ({ onSelect: () => void; href?: never } | { href: string; onSelect?: never });

/** One action, or with `href` one place to go. */
export function MenuItem({ children, icon, aside, tone = "neutral", disabled = false, onSelect, href }: MenuItemProps) {
  const className = cn(
    itemStyles,
    tone === "danger" && "text-danger [&_svg]:text-danger data-[highlighted]:bg-danger-soft",
  );
  const content = (
    <>
      {icon}
      <span className="min-w-0 flex-1 truncate">{children}</span>
      {aside ? <span className="pl-3 text-sm text-subtle">{aside}</span> : null}
    </>
  );
  return href !== undefined ? (
    <Primitive.Item asChild disabled={disabled} className={className}>
      <Link href={href}>{content}</Link>
    </Primitive.Item>
  ) : (
    <Primitive.Item disabled={disabled} onSelect={onSelect} className={className}>
      {content}
    </Primitive.Item>
  );
}

/** One of several that exclude each other, inside a menu. */
export function MenuChoice<Value extends string>({
  label,
  value,
  onValueChange,
  options,
}: {
  label: string;
  value: Value | undefined;
  onValueChange: (value: Value) => void;
  options: readonly { value: Value; label: string; icon?: ReactNode }[];
}) {
  return (
    <Primitive.RadioGroup
      aria-label={label}
      {...(value === undefined ? {} : { value })}
      onValueChange={(next) => {
        const option = options.find((candidate) => candidate.value === next);
        if (option) onValueChange(option.value);
      }}
    >
      {options.map((option) => (
        <Primitive.RadioItem
          key={option.value}
          value={option.value}
          onSelect={(event) => event.preventDefault()}
          className={itemStyles}
        >
          {option.icon}
          <span className="flex-1">{option.label}</span>
          <Primitive.ItemIndicator>
            <Check className="text-accent!" aria-hidden="true" />
          </Primitive.ItemIndicator>
        </Primitive.RadioItem>
      ))}
    </Primitive.RadioGroup>
  );
}

/** A heading inside a menu. */
export function MenuLabel({ children }: { children: ReactNode }) {
  return <Primitive.Label className="px-2 pt-1.5 pb-1 font-medium text-sm text-subtle">{children}</Primitive.Label>;
}

/** A hairline between groups of a menu. */
export function MenuSeparator() {
  return <Primitive.Separator className="-mx-1 my-1 h-px bg-rule" />;
}
