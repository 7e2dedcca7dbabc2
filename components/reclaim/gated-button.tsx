"use client";

import type { Permission } from "@/domain/access/permissions";
import { PERMISSIONS } from "@/domain/access/permissions";
import { Button, type ButtonProps } from "../ui/button";
import { Tooltip } from "../ui/tooltip";

/** Why somebody without a permission cannot do something: "Only workspace admins can run reclaim rules." */
export function missingPermissionText(permission: Permission): string {
  const { roles, sentence } = PERMISSIONS[permission];
  const who = roles.map((role) => `${role}s`).join(" and ");
  return `Only workspace ${who} can ${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}.`;
}

/**
 * A button that may be closed to this person or at this moment: with a `reason` it stays visible and focusable, does nothing, and
 * says why on hover and focus.
 */
export function GatedButton({ reason, ...rest }: ButtonProps & { reason?: string | null | undefined }) {
  if (!reason) return <Button {...rest} />;
  const { onClick: _onClick, ...inert } = rest;
  return (
    <Tooltip content={reason}>
      <Button {...(inert as ButtonProps)} aria-disabled onClick={(event) => event.preventDefault()} />
    </Tooltip>
  );
}
