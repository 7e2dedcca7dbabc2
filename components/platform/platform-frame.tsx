"use client";

import type { ReactNode } from "react";
import { useGcRegistries } from "../gc/queries";
import { PageHeader } from "../ui/page-header";
import { TabNav } from "../ui/tab-nav";

/** Head and tabs of what concerns every workspace: for platform admins. */
export function PlatformFrame({ workspaceSlug, children }: { workspaceSlug: string; children: ReactNode }) {
  // Nobody tells a platform admin of a request but this.
  const asked = useGcRegistries().data?.items.filter(({ requests }) => requests.length > 0).length ?? 0;
  const home = `/w/${workspaceSlug}/platform`;
  return (
    <>
      <PageHeader
        className="pb-3"
        title="Platform"
        description="What holds in every workspace. Only platform admins see and change it here."
      />
      <TabNav
        label="Platform"
        className="mb-5"
        tabs={[
          { href: home, label: "Reclaim switch" },
          { href: `${home}/users`, label: "Users" },
          { href: `${home}/workspaces`, label: "Workspaces" },
          { href: `${home}/protect-rules`, label: "Protect rules" },
          { href: `${home}/quotas`, label: "Tag quotas" },
          { href: `${home}/garbage-collection`, label: "Garbage collection", count: asked === 0 ? undefined : asked },
          { href: `${home}/audit`, label: "Audit" },
        ]}
      />
      {children}
    </>
  );
}
