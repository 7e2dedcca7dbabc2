"use client";

import { Ellipsis, KeyRound, ShieldCheck, ShieldOff, UserCheck, UserX } from "lucide-react";
import type { UserDto } from "@/contracts/platform-people";
import { Button } from "../ui/button";
import type { Column } from "../ui/data-table-columns";
import { DropdownMenu, MenuItem, MenuSeparator } from "../ui/dropdown-menu";
import { RelativeTime } from "../ui/relative-time";
import { Badge, StatusPill } from "../ui/status-pill";

interface Options {
  ownUserId: string;
  onLink: (user: UserDto) => void;
  onEnable: (user: UserDto) => void;
  onAsk: (kind: "disable" | "promote" | "demote", user: UserDto) => void;
}

/** The columns of the list of users, with what can be done to each. */
export function userColumns(options: Options): Column<UserDto>[] {
  return [
    {
      id: "name",
      header: "Name",
      priority: 1,
      cell: (user) => (
        <span className="inline-flex min-w-0 items-center gap-2">
          <span className="truncate font-medium">{user.name}</span>
          {user.id === options.ownUserId ? <span className="text-sm text-subtle">you</span> : null}
          {user.isPlatformAdmin ? <Badge tone="info">Platform admin</Badge> : null}
        </span>
      ),
    },
    { id: "email", header: "E-mail", cell: (user) => <span className="text-muted">{user.email}</span> },
    { id: "state", header: "Sign-in", width: "170px", cell: (user) => <SignInState user={user} /> },
    {
      ...{ id: "workspaces", header: "Workspaces", width: "110px", align: "end" },
      cell: (user) => user.workspaceCount,
    },
    { id: "seen", header: "Last seen", width: "130px", cell: (user) => <RelativeTime at={user.lastSeenAt} /> },
    {
      ...{ id: "actions", header: "Actions", hideHeader: true, width: "56px", align: "end" },
      cell: (user) => <UserMenuOf user={user} {...options} />,
    },
  ];
}

function SignInState({ user }: { user: UserDto }) {
  if (user.isDisabled)
    return (
      <StatusPill tone="warning" look="plain">
        Disabled
      </StatusPill>
    );
  return (
    <StatusPill tone={user.hasPassword ? "positive" : "neutral"} look="plain">
      {user.hasPassword ? "Password" : "No password"}
    </StatusPill>
  );
}

function UserMenuOf({ user, ownUserId, onLink, onEnable, onAsk }: Options & { user: UserDto }) {
  return (
    <DropdownMenu
      trigger={<Button aria-label={`Actions for ${user.name}`} icon={<Ellipsis />} variant="ghost" size="sm" />}
    >
      <MenuItem icon={<KeyRound aria-hidden="true" />} disabled={user.isDisabled} onSelect={() => onLink(user)}>
        Link to set a password…
      </MenuItem>
      {user.isPlatformAdmin ? (
        <MenuItem icon={<ShieldOff aria-hidden="true" />} onSelect={() => onAsk("demote", user)}>
          Take the platform…
        </MenuItem>
      ) : (
        <MenuItem icon={<ShieldCheck aria-hidden="true" />} onSelect={() => onAsk("promote", user)}>
          Make platform admin…
        </MenuItem>
      )}
      <MenuSeparator />
      {user.isDisabled ? (
        <MenuItem icon={<UserCheck aria-hidden="true" />} onSelect={() => onEnable(user)}>
          Enable
        </MenuItem>
      ) : (
        <MenuItem
          tone="danger"
          icon={<UserX aria-hidden="true" />}
          disabled={user.id === ownUserId}
          onSelect={() => onAsk("disable", user)}
        >
          Disable…
        </MenuItem>
      )}
    </DropdownMenu>
  );
}
