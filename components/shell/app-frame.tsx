import type { ReactNode } from "react";
import { Breadcrumbs, type Crumb } from "@/components/ui/breadcrumbs";
import { MobileBar } from "./mobile-bar";
import type { NavItem } from "./nav-list";
import { Rail } from "./rail";
import type { Workspace } from "./workspace-switcher";

export type AppFrameProps = {
  workspaces: readonly Workspace[];
  currentSlug: string;
  user: { name: string; email: string };
  nav: readonly NavItem[];
  breadcrumbs?: readonly Crumb[];
  /** One or more `Banner`s, over everything else. */
  banner?: ReactNode;
  children: ReactNode;
  /** A client function or a server action. */
  onSignOut: () => void | Promise<void>;
};

/** The frame of every page of a workspace: rail (from 900 px) or bar and sheet, banners, main. Fetches nothing. */
export function AppFrame({ breadcrumbs, banner, children, ...rail }: AppFrameProps) {
  return (
    <div className="min-h-dvh wide:grid wide:grid-cols-[232px_minmax(0,1fr)] [--shell-top:0px] compact:[--shell-top:48px]">
      <a
        href="#main"
        className="fixed top-2 left-2 z-50 -translate-y-16 rounded-md bg-inverse px-3 py-2 font-medium text-on-inverse focus-visible:translate-y-0"
      >
        Skip to content
      </a>
      <Rail {...rail} />
      <MobileBar {...rail} />
      <div className="flex min-w-0 flex-col">
        {banner}
        <main
          id="main"
          tabIndex={-1}
          className="w-full min-w-0 max-w-[1280px] flex-1 px-8 pt-6 pb-16 outline-none compact:px-4 compact:pt-4"
        >
          {breadcrumbs ? <Breadcrumbs items={breadcrumbs} className="pb-1.5" /> : null}
          {children}
        </main>
      </div>
    </div>
  );
}
