"use client";

import Link from "next/link";
import { Logo } from "@/components/ui/logo";
import { type NavItem, NavList } from "./nav-list";
import { UserMenu } from "./user-menu";
import { type Workspace, WorkspaceSwitcher } from "./workspace-switcher";

export type RailProps = {
  workspaces: readonly Workspace[];
  currentSlug: string;
  user: { name: string; email: string };
  nav: readonly NavItem[];
  onSignOut: () => void | Promise<void>;
};

/** The navigation at the left, from 900 px. */
export function Rail({ workspaces, currentSlug, user, nav, onSignOut }: RailProps) {
  return (
    <header className="sticky top-0 flex h-dvh flex-col border-rule border-r bg-sunken compact:hidden">
      <div className="px-4 pt-4 pb-3">
        <Link href="/" className="inline-flex rounded-sm">
          <Logo />
        </Link>
      </div>
      <div className="px-2 pb-3">
        <WorkspaceSwitcher workspaces={workspaces} currentSlug={currentSlug} />
      </div>
      <nav aria-label="Workspace" className="min-h-0 flex-1 overflow-y-auto px-2">
        <NavList items={nav} />
      </nav>
      <div className="border-rule border-t p-2">
        <UserMenu user={user} onSignOut={onSignOut} />
      </div>
    </header>
  );
}
