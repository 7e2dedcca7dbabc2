"use client";

import { ArrowLeft } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import { UserMenu } from "../shell/user-menu";
import { ButtonLink } from "../ui/button";
import { Logo } from "../ui/logo";
import { PageHeader } from "../ui/page-header";
import { TabNav } from "../ui/tab-nav";
import { signOutOfConsole } from "../workspaces/sign-out";

/** Head and tabs of what belongs to a person and to no workspace. */
export function AccountFrame({ user, children }: { user: { name: string; email: string }; children: ReactNode }) {
  return (
    <div className="min-h-dvh">
      <header className="sticky top-0 z-30 flex h-12 items-center justify-between gap-3 border-rule border-b bg-sunken px-4">
        <Link href="/" className="inline-flex rounded-sm">
          <Logo />
        </Link>
        <div className="flex items-center gap-2">
          <ButtonLink href="/" size="sm" icon={<ArrowLeft aria-hidden="true" />}>
            Back to the console
          </ButtonLink>
          <UserMenu user={user} onSignOut={signOutOfConsole} short />
        </div>
      </header>
      <main id="main" tabIndex={-1} className="mx-auto w-full max-w-[960px] px-8 pt-6 pb-16 outline-none compact:px-4">
        <PageHeader className="pb-3" title="Your account" description={user.email} />
        <TabNav
          label="Your account"
          className="mb-5"
          tabs={[
            { href: "/account", label: "Sign-in" },
            { href: "/account/tokens", label: "API tokens" },
          ]}
        />
        {children}
      </main>
    </div>
  );
}
