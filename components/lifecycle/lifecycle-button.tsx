"use client";

import { TimerReset } from "lucide-react";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import type { Permission } from "@/domain/access/permissions";
import { Button } from "../ui/button";
import { LifecycleDialog } from "./lifecycle-dialog";

/** Opens the window of the workspace's lifecycle policy, which has an address. */
export function LifecycleButton(props: {
  workspaceId: string;
  workspaceSlug: string;
  permissions: readonly Permission[];
}) {
  const [state, setState] = useQueryState("lifecycle", parseAsStringLiteral(["open"]));
  return (
    <>
      <Button icon={<TimerReset aria-hidden="true" />} onClick={() => void setState("open")}>
        Image Lifecycle Management
      </Button>
      {state === "open" ? <LifecycleDialog {...props} onClose={() => void setState(null)} /> : null}
    </>
  );
}
