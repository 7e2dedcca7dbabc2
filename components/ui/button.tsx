import { cva, type VariantProps } from "class-variance-authority";
import Link from "next/link";
import type { ComponentProps, MouseEvent, ReactNode } from "react";
import { cn } from "@/lib/cn";
import { Spinner } from "./spinner";

export const buttonStyles = cva(
  [
    "inline-flex shrink-0 items-center justify-center gap-1.5 whitespace-nowrap rounded-md border font-medium select-none",
    "transition-colors duration-100 disabled:opacity-50 aria-disabled:not-aria-busy:opacity-50 aria-busy:opacity-75",
    "[&_svg]:size-4 [&_svg]:shrink-0",
  ],
  {
    variants: {
      variant: {
        primary: "border-transparent bg-accent text-on-accent enabled:hover:bg-accent-hover [a&]:hover:bg-accent-hover",
        secondary:
          "border-rule-strong bg-surface text-ink enabled:hover:border-control enabled:hover:bg-hover [a&]:hover:border-control [a&]:hover:bg-hover",
        ghost:
          "border-transparent bg-transparent text-muted enabled:hover:bg-hover enabled:hover:text-ink [a&]:hover:bg-hover [a&]:hover:text-ink",
        danger: "border-transparent bg-danger text-on-danger enabled:hover:bg-danger-hover [a&]:hover:bg-danger-hover",
      },
      size: {
        sm: "h-7 px-2.5 text-sm",
        md: "h-8 px-3 text-base",
        lg: "h-10 px-4 text-md",
      },
      iconOnly: { true: "px-0", false: "" },
    },
    compoundVariants: [
      { iconOnly: true, size: "sm", className: "w-7" },
      { iconOnly: true, size: "md", className: "w-8" },
      { iconOnly: true, size: "lg", className: "w-10" },
    ],
    defaultVariants: { variant: "secondary", size: "md", iconOnly: false },
  },
);

type Look = Pick<VariantProps<typeof buttonStyles>, "variant" | "size">;
type Content = { icon?: ReactNode; children: ReactNode } | { icon: ReactNode; children?: never; "aria-label": string };

export type ButtonProps = Omit<ComponentProps<"button">, "children"> & Look & Content & { loading?: boolean };

/**
 * A button. `icon` goes before the text; without text it is icon-only and `aria-label` is required. While `loading` it keeps its focus and
 * width, says it is busy, and does nothing. One that can be `loading` takes a double click as one: what it started is not known as
 * pending yet when the second click comes.
 */
export function Button({
  variant,
  size,
  icon,
  children,
  loading,
  className,
  onClick,
  type = "button",
  ...rest
}: ButtonProps) {
  const handleClick = (event: MouseEvent<HTMLButtonElement>) => {
    const isSecondOfTwo = loading !== undefined && event.detail > 1;
    if (loading || isSecondOfTwo) event.preventDefault();
    else onClick?.(event);
  };
  return (
    <button
      type={type}
      className={cn(buttonStyles({ variant, size, iconOnly: children === undefined }), className)}
      aria-busy={loading || undefined}
      aria-disabled={loading || undefined}
      onClick={handleClick}
      {...rest}
    >
      {loading ? <Spinner /> : icon}
      {children}
    </button>
  );
}

export type ButtonLinkProps = Omit<ComponentProps<typeof Link>, "children"> &
  Look & { icon?: ReactNode; children: ReactNode };

/** A link that looks like a button: for going somewhere, never for doing something. */
export function ButtonLink({ variant, size, icon, children, className, ...rest }: ButtonLinkProps) {
  return (
    <Link className={cn(buttonStyles({ variant, size }), className)} {...rest}>
      {icon}
      {children}
    </Link>
  );
}
