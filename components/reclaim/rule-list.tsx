"use client";

import { EyeIcon, Play, Recycle } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import { ProblemError } from "@/contracts/call";
import { RULES_PER_SPACE_MAX, type RuleDto } from "@/contracts/rules";
import { count } from "../history/run-words";
import { spacePath } from "../history/space-path";
import { useRules, useUpdateRule } from "../rules/queries";
import { ruleColumns } from "../rules/rule-columns";
import { RuleMenu } from "../rules/rule-menu";
import { Button } from "../ui/button";
import { DataTable } from "../ui/data-table";
import { EmptyState } from "../ui/empty-state";
import { problemOf } from "../ui/problem-of";
import { SelectionBar } from "../ui/selection-bar";
import { Switch } from "../ui/switch";
import { CreateRuleButton } from "./create-rule-button";
import { GatedButton, missingPermissionText } from "./gated-button";
import type { ReclaimPlace } from "./reclaim-place";

export type RuleListProps = ReclaimPlace & {
  /** Why nothing can be run just now, whatever the rule; null = it can. */
  whyNoRun: string | null;
  onRun: (title: string, ruleIds: string[]) => void;
  onPreview: (ruleIds: string[]) => void;
  onDelete: (rule: RuleDto) => void;
};

/** The rules of a space: what each says, when it runs, what it last moved; several can be previewed or run together. */
export function RuleList({ whyNoRun, onRun, onPreview, onDelete, ...props }: RuleListProps) {
  const { workspaceId, workspaceSlug, spaceId, permissions } = props;
  const rules = useRules(workspaceId, spaceId);
  const change = useUpdateRule(workspaceId, spaceId);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const items = rules.data?.items;
  const canPreview = permissions.includes("reclaim.preview");
  const chosen = (items ?? []).filter((rule) => selected.has(rule.id) && rule.definition.effect === "reclaim");
  const runnable = chosen.filter((rule) => rule.isEnabled);

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
      canWrite: permissions.includes("rules.write"),
      arm: (rule) =>
        canPreview ? (
          <Button size="sm" variant="ghost" onClick={() => onPreview([rule.id])}>
            Preview
            <span className="sr-only"> {rule.name}, so that its schedule may start</span>
          </Button>
        ) : null,
      menu: (rule) => (
        <RuleMenu
          rule={rule}
          permissions={permissions}
          isStopped={whyNoRun !== null}
          editHref={spacePath(workspaceSlug, spaceId, "reclaim", rule.id, "edit")}
          copyHref={
            (items?.length ?? 0) < RULES_PER_SPACE_MAX
              ? `${spacePath(workspaceSlug, spaceId, "reclaim", "new")}?from=${rule.id}`
              : null
          }
          onRun={() => onRun(`Run “${rule.name}” now?`, [rule.id])}
          onPreview={() => onPreview([rule.id])}
          onToggle={() => void toggle(rule)}
          onDelete={() => onDelete(rule)}
        />
      ),
    },
  );
  const idsOf = (some: readonly RuleDto[]) => some.map((rule) => rule.id);
  return (
    <>
      <DataTable
        label="Reclaim rules"
        columns={columns}
        rows={items}
        rowKey={(rule) => rule.id}
        rowLabel={(rule) => rule.name}
        selection={
          (items?.length ?? 0) > 1 && canPreview
            ? { selected, onChange: setSelected, isSelectable: (rule) => rule.definition.effect === "reclaim" }
            : undefined
        }
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
      <SelectionBar
        count={chosen.length}
        noun={chosen.length === 1 ? "rule" : "rules"}
        detail={runnable.length < chosen.length ? `${chosen.length - runnable.length} disabled` : undefined}
        onClear={() => setSelected(new Set())}
      >
        <Button icon={<EyeIcon />} onClick={() => onPreview(idsOf(chosen))}>
          Preview
        </Button>
        <GatedButton
          variant="primary"
          icon={<Play />}
          reason={
            permissions.includes("reclaim.run")
              ? (whyNoRun ?? (runnable.length === 0 ? "Disabled rules never run. Enable one first." : null))
              : missingPermissionText("reclaim.run")
          }
          onClick={() => onRun(`Run ${count(runnable.length, "rule")} now?`, idsOf(runnable))}
        >
          Run now
        </GatedButton>
      </SelectionBar>
    </>
  );
}
