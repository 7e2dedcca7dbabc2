"use client";

import { Braces, CircleUser, LogOut, Monitor, Moon, Sun } from "lucide-react";
import { useTheme } from "next-themes";
import { DropdownMenu, MenuChoice, MenuItem, MenuLabel, MenuSeparator } from "@/components/ui/dropdown-menu";
import { cn } from "@/lib/cn";

const THEMES = [
  { value: "light", label: "Light", icon: <Sun aria-hidden="true" /> },
  { value: "dark", label: "Dark", icon: <Moon aria-hidden="true" /> },
  { value: "system", label: "As the system", icon: <Monitor aria-hidden="true" /> },
] as const;

export type UserMenuProps = {
  user: { name: string; email: string };
  onSignOut: () => void | Promise<void>;
  /** Only the initials, for the bar on a narrow screen. */
  short?: boolean;
};

/** Who is signed in; theme, account, the API's page and sign-out. */
export function UserMenu({ user, onSignOut, short = false }: UserMenuProps) {
  const { theme, setTheme } = useTheme();
  const chosen = THEMES.find((candidate) => candidate.value === theme)?.value;
  return (
    <DropdownMenu
      align={short ? "end" : "start"}
      side={short ? "bottom" : "top"}
      className="w-56"
      trigger={
        <button
          type="button"
          aria-label={short ? `Account: ${user.name}` : undefined}
          className={cn(
            "flex items-center gap-2.5 rounded-md hover:bg-hover data-[state=open]:bg-hover",
            short ? "p-1" : "w-full px-2 py-1.5",
          )}
        >
          <span
            aria-hidden="true"
            className="flex size-7 shrink-0 items-center justify-center rounded-full border border-accent-rule bg-accent-soft font-medium text-accent text-xs"
          >
            {initials(user.name || user.email)}
          </span>
          {short ? null : (
            <span className="flex min-w-0 flex-1 flex-col text-left">
              <span className="sr-only">Account:</span>
              <span className="truncate leading-4">{user.name}</span>
              <span className="truncate text-sm text-subtle">{user.email}</span>
            </span>
          )}
        </button>
      }
    >
      <div className="min-w-0 px-2 pt-1.5 pb-1">
        <p className="truncate font-medium">{user.name}</p>
        <p className="truncate text-sm text-subtle">{user.email}</p>
      </div>
      <MenuSeparator />
      <MenuLabel>Appearance</MenuLabel>
      <MenuChoice label="Appearance" value={chosen} onValueChange={setTheme} options={THEMES} />
      <MenuSeparator />
      <MenuItem icon={<CircleUser aria-hidden="true" />} href="/account">
        Your account
      </MenuItem>
      <MenuItem icon={<Braces aria-hidden="true" />} href="/docs/api">
        API reference
      </MenuItem>
      <MenuItem icon={<LogOut aria-hidden="true" />} onSelect={() => void onSignOut()}>
        Sign out
      </MenuItem>
    </DropdownMenu>
  );
}

/** Up to two letters: of the first and the last word. */
function initials(name: string): string {
  const words = name.split(/[\s.@_-]+/).filter(Boolean);
  const first = words[0] ?? "?";
  const last = words.length > 1 ? (words.at(-1) ?? "") : "";
  return `${[...first][0] ?? ""}${[...last][0] ?? ""}`.toUpperCase();
}
