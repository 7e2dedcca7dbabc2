"use client";

import { EyeIcon, FileInput, Recycle } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { toast } from "sonner";
import { RULES_PER_SPACE_MAX, type RuleDto } from "@/contracts/rules";
import { RunList } from "../history/run-list";
import { count } from "../history/run-words";
import { spacePath } from "../history/space-path";
import { RetentionLinks } from "../lifecycle/retention-links";
import { useReclaimSwitch } from "../platform/switch-queries";
import { ImportDialog } from "../rules/import-dialog";
import { PlatformRules } from "../rules/platform-rules";
import { useDeleteRule, useRules } from "../rules/queries";
import { ConfirmDialog } from "../ui/confirm-dialog";
import { problemOf } from "../ui/problem-of";
import { Section } from "../ui/section";
import { CreateRuleButton, whyNoMoreRules } from "./create-rule-button";
import { GatedButton, missingPermissionText } from "./gated-button";
import { usePreviewReclaim, useStartReclaim } from "./queries";
import type { ReclaimPlace } from "./reclaim-place";
import { RuleList } from "./rule-list";
import { type RunAsked, RunRulesDialog } from "./run-rules-dialog";

/** The tab "Reclaim": the rules of the space, those of the platform, and what they moved. */
export function ReclaimPage(props: ReclaimPlace) {
  const { workspaceId, workspaceSlug, spaceId, permissions } = props;
  const router = useRouter();
  const rules = useRules(workspaceId, spaceId);
  const remove = useDeleteRule(workspaceId, spaceId);
  const preview = usePreviewReclaim(workspaceId, spaceId);
  const dryRun = usePreviewReclaim(workspaceId, spaceId);
  const start = useStartReclaim(workspaceId, spaceId);
  const [asked, setAsked] = useState<RunAsked | null>(null);
  const [deleting, setDeleting] = useState<RuleDto | null>(null);
  const [isImporting, setIsImporting] = useState(false);
  const { data: platform } = useReclaimSwitch();
  const whyNoRun = platform?.isStopped
    ? `Reclaiming is stopped on the whole platform${platform.reason ? `: ${platform.reason}` : "."}`
    : null;
  const items = rules.data?.items;
  const runnable = (items ?? []).filter((rule) => rule.isEnabled && rule.definition.effect === "reclaim");
  const goToRun = (runId: string) => router.push(spacePath(workspaceSlug, spaceId, "runs", runId));

  const ask = (title: string, ruleIds: string[]) => {
    setAsked({ title, ruleIds, previewRunId: null });
    start.reset();
    dryRun.mutate(
      { ruleIds },
      { onSuccess: (run) => setAsked((now) => (now?.ruleIds === ruleIds ? { ...now, previewRunId: run.id } : now)) },
    );
  };
  const showPreview = (ruleIds: string[]) =>
    preview.mutate(
      { ruleIds },
      {
        onSuccess: (run) => goToRun(run.id),
        onError: (error) => toast.error(problemOf(error)?.detail ?? "No preview"),
      },
    );
  const noneRunnable = runnable.length === 0 ? "There is no enabled rule that reclaims." : null;
  const runnableIds = runnable.map((rule) => rule.id);

  return (
    <>
      <Section
        title={
          <>
            Reclaim rules{" "}
            <span className="font-normal text-subtle tabular-nums">
              {items?.length ?? "–"}/{RULES_PER_SPACE_MAX}
            </span>
          </>
        }
        description="Each rule is worked out by itself; the order does not matter. What a protect rule names stays, whatever the others say."
        actions={
          <>
            <GatedButton
              icon={<FileInput />}
              reason={whyNoMoreRules(permissions, items?.length ?? 0)}
              onClick={() => setIsImporting(true)}
            >
              Import
            </GatedButton>
            <GatedButton
              icon={<EyeIcon />}
              reason={permissions.includes("reclaim.preview") ? noneRunnable : missingPermissionText("reclaim.preview")}
              onClick={() => showPreview(runnableIds)}
            >
              Preview all
            </GatedButton>
            <GatedButton
              icon={<Recycle />}
              reason={
                permissions.includes("reclaim.run") ? (whyNoRun ?? noneRunnable) : missingPermissionText("reclaim.run")
              }
              onClick={() => ask(`Run ${count(runnable.length, "enabled rule")} now?`, runnableIds)}
            >
              Run all enabled rules
            </GatedButton>
            <CreateRuleButton {...props} ruleCount={items?.length ?? 0} />
          </>
        }
      >
        <RuleList {...props} whyNoRun={whyNoRun} onRun={ask} onPreview={showPreview} onDelete={setDeleting} />
      </Section>
      <PlatformRules rules={rules.data?.platformRules ?? []} />
      <RetentionLinks workspaceSlug={workspaceSlug} spaceId={spaceId} />
      <Section
        title="Recent runs"
        actions={
          <Link
            className="font-medium text-accent underline-offset-2 hover:underline"
            href={spacePath(workspaceSlug, spaceId, "history")}
          >
            All history
          </Link>
        }
      >
        <RunList
          {...props}
          filter={{ kind: "reclaim", limit: 10 }}
          label="Recent reclaim runs"
          emptyTitle="No run yet"
          emptyDescription="Runs and previews are listed here, each with the verdict on every image."
        />
      </Section>
      <RunRulesDialog
        workspaceId={workspaceId}
        workspaceSlug={workspaceSlug}
        spaceId={spaceId}
        asked={asked}
        previewError={dryRun.error}
        startError={start.error}
        isStarting={start.isPending}
        onClose={() => setAsked(null)}
        onRun={(ruleIds) => start.mutate(ruleIds, { onSuccess: (run) => goToRun(run.id) })}
      />
      <ImportDialog
        {...props}
        open={isImporting}
        onOpenChange={setIsImporting}
        onCreated={(created) =>
          toast.success(`${count(created.length, "rule")} created`, {
            description: "“Preview all” shows what they take together. A schedule starts only after that.",
          })
        }
      />
      <ConfirmDialog
        open={deleting !== null}
        onOpenChange={(open) => (open ? undefined : setDeleting(null))}
        title={`Delete the rule “${deleting?.name ?? ""}”?`}
        description="It will not run any more. What it moved stays in the recycle bin, and its revisions stay in history. To keep it for later, disable it instead."
        confirmLabel="Delete rule"
        onConfirm={async () => {
          if (deleting) await remove.mutateAsync(deleting.id);
        }}
      />
    </>
  );
}
