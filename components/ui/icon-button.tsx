"use client";

import type { ComponentProps, ReactNode } from "react";
import { Button } from "./button";
import { Tooltip } from "./tooltip";

export type IconButtonProps = Omit<ComponentProps<"button">, "children" | "aria-label"> & {
  /** What it does: accessible name and tooltip. */
  label: string;
  icon: ReactNode;
  variant?: "primary" | "secondary" | "ghost" | "danger";
  size?: "sm" | "md" | "lg";
  loading?: boolean;
  tooltipSide?: "top" | "right" | "bottom" | "left";
};

/** A button that is only an icon, named by `label` for everybody: as tooltip and to assistive technology. */
export function IconButton({ label, icon, variant = "ghost", size = "sm", tooltipSide, ...rest }: IconButtonProps) {
  return (
    <Tooltip content={label} side={tooltipSide}>
      <Button aria-label={label} icon={icon} variant={variant} size={size} {...rest} />
    </Tooltip>
  );
}
