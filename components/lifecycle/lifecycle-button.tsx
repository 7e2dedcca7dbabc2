"use client";

import { TimerReset } from "lucide-react";
import { useState } from "react";
import type { Permission } from "@/domain/access/permissions";
import { Button } from "../ui/button";
import { LifecycleDialog } from "./lifecycle-dialog";

/** Opens the window of the workspace's lifecycle policy. */
export function LifecycleButton(props: {
  workspaceId: string;
  workspaceSlug: string;
  permissions: readonly Permission[];
}) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <Button icon={<TimerReset aria-hidden="true" />} onClick={() => setIsOpen(true)}>
        Image Lifecycle Management
      </Button>
      {isOpen ? <LifecycleDialog {...props} onClose={() => setIsOpen(false)} /> : null}
    </>
  );
}
