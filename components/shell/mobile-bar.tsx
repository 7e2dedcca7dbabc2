"use client";

import { Menu, X } from "lucide-react";
import { Dialog as Primitive } from "radix-ui";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Logo } from "@/components/ui/logo";
import { NavList } from "./nav-list";
import type { RailProps } from "./rail";
import { UserMenu } from "./user-menu";
import { WorkspaceSwitcher } from "./workspace-switcher";

/** The navigation below 900 px: a bar, and a sheet behind its button. */
export function MobileBar({ workspaces, currentSlug, user, nav, onSignOut }: RailProps) {
  const [isOpen, setIsOpen] = useState(false);
  const close = () => setIsOpen(false);
  return (
    <header className="sticky top-0 z-30 flex h-12 items-center gap-2 border-rule border-b bg-sunken px-2 wide:hidden">
      <Primitive.Root open={isOpen} onOpenChange={setIsOpen}>
        <Primitive.Trigger asChild>
          <Button aria-label="Open navigation" icon={<Menu />} variant="ghost" size="lg" />
        </Primitive.Trigger>
        <Primitive.Portal>
          <Primitive.Overlay className="fixed inset-0 z-40 animate-fade bg-overlay wide:hidden" />
          <Primitive.Content
            aria-describedby={undefined}
            className="fixed inset-y-0 left-0 z-40 flex w-72 max-w-[86vw] animate-slide-in flex-col bg-sunken shadow-dialog outline-none wide:hidden"
          >
            <Primitive.Title className="sr-only">Navigation</Primitive.Title>
            <div className="flex items-center justify-between py-1 pr-2 pl-4">
              <Logo />
              <Primitive.Close asChild>
                <Button aria-label="Close navigation" icon={<X />} variant="ghost" size="lg" />
              </Primitive.Close>
            </div>
            <div className="px-2 pb-3">
              <WorkspaceSwitcher workspaces={workspaces} currentSlug={currentSlug} />
            </div>
            <nav aria-label="Workspace" className="min-h-0 flex-1 overflow-y-auto px-2 pb-4">
              <NavList items={nav} onNavigate={close} />
            </nav>
          </Primitive.Content>
        </Primitive.Portal>
      </Primitive.Root>
      <Logo className="flex-1" />
      <UserMenu user={user} onSignOut={onSignOut} short />
    </header>
  );
}
