"use client";

import { Plus, Recycle } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { toast } from "sonner";
import { ProblemError } from "@/contracts/call";
import { RULES_PER_SPACE_MAX, type RuleDto } from "@/contracts/rules";
import type { Permission } from "@/domain/access/permissions";
import { RunList } from "../history/run-list";
import { count } from "../history/run-words";
import { spacePath } from "../history/space-path";
import { useDeleteRule, useRules, useUpdateRule } from "../rules/queries";
import { ruleColumns } from "../rules/rule-columns";
import { RuleMenu } from "../rules/rule-menu";
import { ButtonLink } from "../ui/button";
import { ConfirmDialog } from "../ui/confirm-dialog";
import { DataTable } from "../ui/data-table";
import { EmptyState } from "../ui/empty-state";
import { problemOf } from "../ui/problem-of";
import { Section } from "../ui/section";
import { Switch } from "../ui/switch";
import { GatedButton, missingPermissionText } from "./gated-button";
import { usePreviewReclaim, useStartReclaim } from "./queries";
import { type RunAsked, RunRulesDialog } from "./run-rules-dialog";

export type ReclaimPageProps = {
  workspaceId: string;
  workspaceSlug: string;
  spaceId: string;
  permissions: readonly Permission[];
};

/** The tab "Reclaim": the rules of the space, and what they moved. */
export function ReclaimPage(props: ReclaimPageProps) {
  const { workspaceId, workspaceSlug, spaceId, permissions } = props;
  const router = useRouter();
  const rules = useRules(workspaceId, spaceId);
  const change = useUpdateRule(workspaceId, spaceId);
  const remove = useDeleteRule(workspaceId, spaceId);
  const preview = usePreviewReclaim(workspaceId, spaceId);
  const dryRun = usePreviewReclaim(workspaceId, spaceId);
  const start = useStartReclaim(workspaceId, spaceId);
  const [asked, setAsked] = useState<RunAsked | null>(null);
  const [deleting, setDeleting] = useState<RuleDto | null>(null);
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
  const toggle = async (rule: RuleDto) => {
    try {
      await change.mutateAsync({ ruleId: rule.id, body: { revision: rule.revision, isEnabled: !rule.isEnabled } });
    } catch (error) {
      const problem = problemOf(error);
      const isStale = error instanceof ProblemError && error.problem.status === 409;
      if (isStale) await rules.refetch();
      toast.error(problem?.title ?? "Nothing was changed", {
        description: isStale ? `${problem?.detail} The list shows it as it is now.` : problem?.detail,
      });
    }
  };

  const columns = ruleColumns(
    { workspaceSlug, spaceId },
    {
      enabled: (rule) => (
        <Switch
          aria-label={`${rule.name} enabled`}
          checked={rule.isEnabled}
          disabled={!permissions.includes("rules.write") || change.isPending}
          onCheckedChange={() => void toggle(rule)}
        />
      ),
      menu: (rule) => (
        <RuleMenu
          rule={rule}
          permissions={permissions}
          editHref={spacePath(workspaceSlug, spaceId, "reclaim", rule.id, "edit")}
          onRun={() => ask(`Run “${rule.name}” now?`, [rule.id])}
          onPreview={() =>
            preview.mutate(
              { ruleIds: [rule.id] },
              {
                onSuccess: (run) => goToRun(run.id),
                onError: (error) => toast.error(problemOf(error)?.detail ?? "No preview"),
              },
            )
          }
          onToggle={() => void toggle(rule)}
          onDelete={() => setDeleting(rule)}
        />
      ),
    },
  );

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
              icon={<Recycle />}
              reason={
                permissions.includes("reclaim.run")
                  ? runnable.length === 0
                    ? "There is no enabled rule that reclaims."
                    : null
                  : missingPermissionText("reclaim.run")
              }
              onClick={() =>
                ask(
                  `Run ${count(runnable.length, "enabled rule")} now?`,
                  runnable.map((rule) => rule.id),
                )
              }
            >
              Run all enabled rules
            </GatedButton>
            <CreateRuleButton {...props} ruleCount={items?.length ?? 0} />
          </>
        }
      >
        <DataTable
          label="Reclaim rules"
          columns={columns}
          rows={items}
          rowKey={(rule) => rule.id}
          error={problemOf(rules.error)}
          onRetry={() => rules.refetch()}
          skeletonRows={3}
          empty={
            <EmptyState
              icon={<Recycle />}
              title="No reclaim rule yet"
              description="A rule chooses images by repository, tag, age and count, and moves them to the recycle bin, by hand or on a schedule. Nothing moves without one."
              action={<CreateRuleButton {...props} ruleCount={0} />}
            />
          }
        />
      </Section>
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

function CreateRuleButton({
  permissions,
  workspaceSlug,
  spaceId,
  ruleCount,
}: ReclaimPageProps & { ruleCount: number }) {
  if (ruleCount >= RULES_PER_SPACE_MAX) {
    return (
      <GatedButton
        variant="primary"
        reason={`A registry space has at most ${RULES_PER_SPACE_MAX} reclaim rules, disabled ones included. Delete one first.`}
      >
        {RULES_PER_SPACE_MAX}/{RULES_PER_SPACE_MAX}
        <span className="sr-only"> Create Reclaim Rule</span>
      </GatedButton>
    );
  }
  if (!permissions.includes("rules.write")) {
    return (
      <GatedButton variant="primary" icon={<Plus />} reason={missingPermissionText("rules.write")}>
        Create Reclaim Rule
      </GatedButton>
    );
  }
  return (
    <ButtonLink variant="primary" icon={<Plus />} href={spacePath(workspaceSlug, spaceId, "reclaim", "new")}>
      Create Reclaim Rule
    </ButtonLink>
  );
}
