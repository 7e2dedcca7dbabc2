"use client";

import { Building2 } from "lucide-react";
import { type FormEvent, useId, useState } from "react";
import { toast } from "sonner";
import { setTagQuota, type WorkspaceQuotaDto } from "@/contracts/tag-quotas";
import { count, group } from "../history/run-words";
import { Button } from "../ui/button";
import { Callout } from "../ui/callout";
import { DataTable } from "../ui/data-table";
import type { Column } from "../ui/data-table-columns";
import { Dialog } from "../ui/dialog";
import { EmptyState } from "../ui/empty-state";
import { Field } from "../ui/field";
import { Input } from "../ui/input";
import { problemOf } from "../ui/problem-of";
import { ProgressBar } from "../ui/progress-bar";
import { Section } from "../ui/section";
import { StatusPill } from "../ui/status-pill";
import { useSetTagQuota, useTagQuotas } from "./platform-queries";

/** Tags and tag quota of each workspace. */
export function QuotasPage() {
  const quotas = useTagQuotas();
  const [asked, setAsked] = useState<WorkspaceQuotaDto | null>(null);
  return (
    <Section
      title="Tag quotas"
      description="How many tags a workspace may hold before its lifecycle policies clear what they do not reserve. No push is refused for it."
    >
      <DataTable<WorkspaceQuotaDto>
        label="Tag quotas"
        columns={columns((workspace) => (
          <Button size="sm" aria-label={`Change the quota of ${workspace.name}`} onClick={() => setAsked(workspace)}>
            Change
          </Button>
        ))}
        rows={quotas.data?.items}
        rowKey={(workspace) => workspace.workspaceId}
        rowLabel={(workspace) => workspace.name}
        error={problemOf(quotas.error)}
        onRetry={() => quotas.refetch()}
        skeletonRows={3}
        empty={<EmptyState icon={<Building2 />} title="There is no workspace yet" />}
      />
      {asked ? <QuotaDialog workspace={asked} onClose={() => setAsked(null)} /> : null}
    </Section>
  );
}

function columns(action: (workspace: WorkspaceQuotaDto) => React.ReactNode): Column<WorkspaceQuotaDto>[] {
  return [
    {
      id: "name",
      header: "Workspace",
      priority: 1,
      cell: (workspace) => <span className="font-medium">{workspace.name}</span>,
    },
    {
      id: "tags",
      header: "Tags of quota",
      width: "280px",
      cell: ({ name, tagCount, tagQuota }) => (
        <span className="flex items-center gap-3">
          <ProgressBar
            hideLabel
            label={`Tags of ${name}`}
            value={tagCount}
            max={tagQuota}
            valueText={`${group(tagCount)} of ${group(tagQuota)}`}
            tone={tagCount >= tagQuota ? "warning" : "accent"}
            className="w-24 shrink-0"
          />
          <span className="tabular-nums">
            {group(tagCount)} of {group(tagQuota)}
          </span>
        </span>
      ),
    },
    {
      id: "lifecycle",
      header: "Lifecycle management",
      width: "180px",
      cell: ({ isLifecycleEnabled }) => (
        <StatusPill tone={isLifecycleEnabled ? "positive" : "neutral"} look="plain">
          {isLifecycleEnabled ? "On" : "Off"}
        </StatusPill>
      ),
    },
    { id: "actions", header: "Actions", hideHeader: true, width: "90px", align: "end", cell: action },
  ];
}

function QuotaDialog({ workspace, onClose }: { workspace: WorkspaceQuotaDto; onClose: () => void }) {
  const formId = useId();
  const [typed, setTyped] = useState(String(workspace.tagQuota));
  const change = useSetTagQuota();
  const parsed = setTagQuota.body.safeParse({ tagQuota: typed.trim() === "" ? Number.NaN : Number(typed) });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!parsed.success || change.isPending) return;
    change.mutate(
      { workspaceId: workspace.workspaceId, tagQuota: parsed.data.tagQuota },
      {
        onSuccess: (saved) => {
          onClose();
          toast.success(`${saved.name} may hold ${count(saved.tagQuota, "tag")} before its policies run`);
        },
      },
    );
  };
  const isReached = parsed.success && workspace.tagCount >= parsed.data.tagQuota;
  return (
    <Dialog
      open
      onOpenChange={(isOpen) => {
        if (!isOpen && !change.isPending) onClose();
      }}
      title={`Tag quota of ${workspace.name}`}
      description={`It holds ${count(workspace.tagCount, "tag")} now. Policies that reserve more than the quota stay as they are; the next edit has to bring them below it.`}
      size="sm"
      footer={
        <>
          <Button onClick={onClose} disabled={change.isPending}>
            Cancel
          </Button>
          <Button type="submit" form={formId} variant="primary" loading={change.isPending} disabled={!parsed.success}>
            Set quota
          </Button>
        </>
      }
    >
      <form id={formId} onSubmit={submit} noValidate className="flex flex-col gap-4">
        {change.error ? (
          <Callout tone="danger" title={problemOf(change.error)?.title} live>
            {problemOf(change.error)?.detail}
          </Callout>
        ) : null}
        <Field label="Tags" error={parsed.success ? undefined : parsed.error.issues[0]?.message}>
          <Input
            inputMode="numeric"
            autoComplete="off"
            suffix="tags"
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        </Field>
        {isReached && workspace.isLifecycleEnabled ? (
          <Callout tone="warning" title="The quota would be reached at once">
            Its lifecycle policies then clear what they do not reserve, within a minute unless they did in the last 24
            hours.
          </Callout>
        ) : null}
      </form>
    </Dialog>
  );
}
