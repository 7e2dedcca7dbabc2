"use client";

import { Ellipsis, Pencil, Plus, Power, ShieldCheck, Trash2 } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import type { PlatformRuleDto } from "@/contracts/rules";
import { MarkedText } from "../history/marked-text";
import { GatedButton } from "../reclaim/gated-button";
import { ConfirmDialog } from "../ui/confirm-dialog";
import { DataTable } from "../ui/data-table";
import type { Column } from "../ui/data-table-columns";
import { DropdownMenu, MenuItem, MenuSeparator } from "../ui/dropdown-menu";
import { EmptyState } from "../ui/empty-state";
import { IconButton } from "../ui/icon-button";
import { problemOf } from "../ui/problem-of";
import { RelativeTime } from "../ui/relative-time";
import { Section } from "../ui/section";
import { StatusPill } from "../ui/status-pill";
import { useDeletePlatformRule, usePlatformRules, useUpdatePlatformRule } from "./platform-queries";
import { ProtectRuleDialog } from "./protect-rule-dialog";

type Asked = { what: "create" } | { what: "edit" | "disable" | "delete"; rule: PlatformRuleDto };

/** Protect rules of the platform: what no workspace can reclaim, whatever its own rules say. */
export function ProtectRulesPage() {
  const rules = usePlatformRules();
  const update = useUpdatePlatformRule();
  const remove = useDeletePlatformRule();
  const [asked, setAsked] = useState<Asked | null>(null);
  const close = () => setAsked(null);
  const count = rules.data?.items.length ?? 0;
  const maximum = rules.data?.maximum ?? 15;

  const turn = async (rule: PlatformRuleDto, isEnabled: boolean) => {
    await update.mutateAsync({ platformRuleId: rule.id, revision: rule.revision, isEnabled });
    toast.success(`${rule.name} is ${isEnabled ? "on" : "off"} in every workspace`);
  };
  const createButton = (
    <GatedButton
      variant="primary"
      icon={<Plus aria-hidden="true" />}
      reason={count >= maximum ? `There are ${maximum} already, which is the most. Delete one first.` : null}
      onClick={() => setAsked({ what: "create" })}
    >
      Create protect rule
    </GatedButton>
  );
  return (
    <Section
      title="Protect rules"
      description="Images that they match are kept by every preview, run and lifecycle policy of every workspace. Nobody below can switch them off. What somebody deletes by hand, they do not hold back."
      actions={
        <>
          {rules.data ? (
            <span className="text-sm text-subtle tabular-nums">
              {count} of {maximum}
            </span>
          ) : null}
          {createButton}
        </>
      }
    >
      <DataTable<PlatformRuleDto>
        label="Protect rules of the platform"
        columns={columns((rule) => (
          <DropdownMenu trigger={<IconButton label={`Actions for ${rule.name}`} icon={<Ellipsis />} />}>
            <MenuItem
              icon={<Power />}
              onSelect={() => {
                if (rule.isEnabled) setAsked({ what: "disable", rule });
                else void turn(rule, true).catch((error: unknown) => toast.error(problemOf(error)?.detail ?? ""));
              }}
            >
              {rule.isEnabled ? "Disable…" : "Enable"}
            </MenuItem>
            <MenuItem icon={<Pencil />} onSelect={() => setAsked({ what: "edit", rule })}>
              Edit…
            </MenuItem>
            <MenuSeparator />
            <MenuItem icon={<Trash2 />} tone="danger" onSelect={() => setAsked({ what: "delete", rule })}>
              Delete…
            </MenuItem>
          </DropdownMenu>
        ))}
        rows={rules.data?.items}
        rowKey={(rule) => rule.id}
        rowLabel={(rule) => rule.name}
        error={problemOf(rules.error)}
        onRetry={() => rules.refetch()}
        skeletonRows={3}
        empty={
          <EmptyState
            icon={<ShieldCheck />}
            title="Nothing is protected platform-wide"
            description="A protect rule here keeps images in every workspace, for instance everything tagged stable, or whatever was used in the last week."
            action={createButton}
          />
        }
      />
      {asked?.what === "create" ? <ProtectRuleDialog rule={null} onClose={close} /> : null}
      {asked?.what === "edit" ? <ProtectRuleDialog rule={asked.rule} onClose={close} /> : null}
      {asked?.what === "disable" ? (
        <ConfirmDialog
          open
          onOpenChange={close}
          title={`Disable ${asked.rule.name}?`}
          description="From now on rules and lifecycle policies of every workspace may reclaim what it protects, unless something else keeps it. Runs that are under way skip what is left of them."
          confirmLabel="Disable"
          onConfirm={() => turn(asked.rule, false)}
        />
      ) : null}
      {asked?.what === "delete" ? (
        <ConfirmDialog
          open
          onOpenChange={close}
          title={`Delete ${asked.rule.name}?`}
          description="From now on rules and lifecycle policies of every workspace may reclaim what it protects, unless something else keeps it. What it said stays in the audit records."
          confirmLabel="Delete"
          onConfirm={async () => {
            await remove.mutateAsync(asked.rule.id);
            toast.success(`${asked.rule.name} is deleted`);
          }}
        />
      ) : null}
    </Section>
  );
}

function columns(menu: (rule: PlatformRuleDto) => React.ReactNode): Column<PlatformRuleDto>[] {
  return [
    {
      id: "name",
      header: "Rule",
      priority: 1,
      wrap: true,
      cell: (rule) => (
        <span className="flex min-w-0 flex-col py-1">
          <span className="font-medium">{rule.name}</span>
          <MarkedText className="text-muted">{rule.sentence}</MarkedText>
        </span>
      ),
    },
    {
      id: "state",
      header: "State",
      width: "110px",
      cell: (rule) =>
        rule.isEnabled ? (
          <StatusPill tone="positive" look="plain">
            On
          </StatusPill>
        ) : (
          <StatusPill tone="neutral" look="plain">
            Off
          </StatusPill>
        ),
    },
    {
      id: "changed",
      header: "Changed",
      width: "220px",
      wrap: true,
      cell: (rule) => (
        <span className="text-muted">
          <RelativeTime at={rule.updatedAt} /> by {rule.updatedByName}, revision {rule.revision}
        </span>
      ),
    },
    { id: "actions", header: "Actions", hideHeader: true, width: "48px", align: "end", cell: menu },
  ];
}
