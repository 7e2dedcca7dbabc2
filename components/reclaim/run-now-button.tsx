"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import type { RunDto } from "@/contracts/history";
import type { Permission } from "@/domain/access/permissions";
import { formatBytes } from "@/lib/bytes";
import { useLeftOutCount } from "../history/queries";
import { count, isRunOver, runNumbers } from "../history/run-words";
import { spacePath } from "../history/space-path";
import { useReclaimSwitch } from "../platform/switch-queries";
import { useRules } from "../rules/queries";
import { ConfirmDialog } from "../ui/confirm-dialog";
import { GatedButton, missingPermissionText } from "./gated-button";
import { useStartReclaim } from "./queries";
import { ShareNote } from "./share-note";

/** From a finished preview of saved rules: run them now, after a confirmation in numbers. Not there for any other run. */
export function RunNowButton({
  workspaceId,
  workspaceSlug,
  spaceId,
  run,
  permissions,
}: {
  workspaceId: string;
  workspaceSlug: string;
  spaceId: string;
  run: RunDto;
  permissions: readonly Permission[];
}) {
  const router = useRouter();
  const [isAsking, setIsAsking] = useState(false);
  const rules = useRules(workspaceId, spaceId);
  const start = useStartReclaim(workspaceId, spaceId);
  const { data: platform } = useReclaimSwitch();
  const leftOut = useLeftOutCount(workspaceId, run) ?? 0;
  const previewed = previewedRuleIds(run);
  if (run.kind !== "reclaim" || !run.isDryRun || !isRunOver(run) || previewed.length === 0) return null;

  const enabled = (rules.data?.items ?? []).filter((rule) => previewed.includes(rule.id) && rule.isEnabled);
  const { itemsTotal = 0, tagsTotal, logicalBytes } = runNumbers(run);
  const goes = itemsTotal - leftOut;
  const reason = !permissions.includes("reclaim.run")
    ? missingPermissionText("reclaim.run")
    : platform?.isStopped
      ? `Reclaiming is stopped on the whole platform: ${platform.reason ?? ""}`
      : rules.data && enabled.length === 0
        ? "The rule of this preview is disabled or deleted by now. Enable it on the Reclaim tab first."
        : goes === 0
          ? "Nothing would go: there is nothing to run."
          : null;
  return (
    <>
      <GatedButton variant="primary" reason={reason} onClick={() => setIsAsking(true)}>
        Run now
      </GatedButton>
      <ConfirmDialog
        open={isAsking}
        onOpenChange={setIsAsking}
        title={enabled.length === 1 ? `Run “${enabled[0]?.name}” now?` : `Run ${enabled.length} rules now?`}
        description={
          <>
            About {count(goes, "image")}
            {tagsTotal === undefined ? "" : ` with ${count(tagsTotal, "tag")}`}
            {logicalBytes === undefined ? "" : ` (${formatBytes(logicalBytes)})`} will move to the recycle bin. They
            cannot be pulled from then on, and can be restored with all their tags until the bin purges them. The plan
            is made anew: what changed since this preview counts.
          </>
        }
        tone="primary"
        confirmLabel="Run now"
        onConfirm={async () => {
          const started = await start.mutateAsync(enabled.map((rule) => rule.id));
          router.push(spacePath(workspaceSlug, spaceId, "runs", started.id));
        }}
      >
        <ShareNote workspaceId={workspaceId} spaceId={spaceId} preview={run} />
      </ConfirmDialog>
    </>
  );
}

/** The saved rules that a preview was about; none when it was of a draft. */
function previewedRuleIds(run: Pick<RunDto, "options">): string[] {
  const { ruleIds } = run.options;
  return Array.isArray(ruleIds) ? ruleIds.filter((id): id is string => typeof id === "string") : [];
}
