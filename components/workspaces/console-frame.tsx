"use client";

import {
  BellRing,
  Boxes,
  KeyRound,
  LayoutDashboard,
  ScrollText,
  Server,
  ShieldCheck,
  Trash2,
  Users,
} from "lucide-react";
import type { ReactNode } from "react";
import { ReclaimsStoppedBanner } from "../platform/reclaims-stopped-banner";
import { AppFrame } from "../shell/app-frame";
import { OfflineBanner } from "./offline-banner";
import { ReadOnlyBanner } from "./read-only-banner";
import { signOutOfConsole } from "./sign-out";

export type ConsoleFrameProps = {
  user: { name: string; email: string; isPlatformAdmin: boolean };
  workspaces: readonly { id: string; slug: string; name: string }[];
  workspaceId: string;
  workspaceSlug: string;
  children: ReactNode;
};

/** The frame of a workspace's pages, wired: places, switcher, account, and the banner of a registry that is read-only now. */
export function ConsoleFrame({ user, workspaces, workspaceId, workspaceSlug, children }: ConsoleFrameProps) {
  const home = `/w/${workspaceSlug}`;
  return (
    <AppFrame
      workspaces={workspaces}
      currentSlug={workspaceSlug}
      user={user}
      nav={[
        { href: home, label: "Overview", icon: <LayoutDashboard aria-hidden="true" /> },
        { href: `${home}/spaces`, label: "Registry Space", icon: <Boxes aria-hidden="true" /> },
        { href: `${home}/recycle-bin`, label: "Recycle bin", icon: <Trash2 aria-hidden="true" /> },
        { href: `${home}/registries`, label: "Registries", icon: <Server aria-hidden="true" /> },
        { href: `${home}/members`, label: "Members", icon: <Users aria-hidden="true" /> },
        { href: `${home}/tokens`, label: "Tokens", icon: <KeyRound aria-hidden="true" /> },
        { href: `${home}/notifications`, label: "Notifications", icon: <BellRing aria-hidden="true" /> },
        { href: `${home}/audit`, label: "Audit", icon: <ScrollText aria-hidden="true" /> },
        ...(user.isPlatformAdmin
          ? [{ href: `${home}/platform`, label: "Platform", icon: <ShieldCheck aria-hidden="true" /> }]
          : []),
      ]}
      banner={
        <>
          <OfflineBanner />
          <ReclaimsStoppedBanner workspaceSlug={workspaceSlug} />
          <ReadOnlyBanner workspaceId={workspaceId} workspaceSlug={workspaceSlug} />
        </>
      }
      onSignOut={signOutOfConsole}
    >
      {children}
    </AppFrame>
  );
}
