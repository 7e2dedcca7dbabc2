"use client";

import { BellRing, Ellipsis, KeyRound, Pencil, Plus, Power, Send, Trash2 } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import type { NotificationTargetDto } from "@/contracts/webhooks";
import { GatedButton, missingPermissionText } from "../reclaim/gated-button";
import { ConfirmDialog } from "../ui/confirm-dialog";
import { DataTable } from "../ui/data-table";
import { DropdownMenu, MenuItem, MenuSeparator } from "../ui/dropdown-menu";
import { EmptyState } from "../ui/empty-state";
import { IconButton } from "../ui/icon-button";
import { PageHeader } from "../ui/page-header";
import { problemOf } from "../ui/problem-of";
import { DeliveriesSection } from "./deliveries-section";
import { useDeleteTarget, useRotateSecret, useTargets, useTestTarget, useUpdateTarget } from "./queries";
import { SigningSecretDialog } from "./signing-secret-dialog";
import { targetColumns } from "./target-columns";
import { TargetDialog } from "./target-dialog";

type Open =
  | { what: "add" }
  | { what: "edit" | "remove" | "rotate"; target: NotificationTargetDto }
  | { what: "secret"; name: string; secret: string; isNew: boolean };

/** Where a workspace is told of what happens, and what was sent. */
export function NotificationsPage({ workspaceId, mayWrite }: { workspaceId: string; mayWrite: boolean }) {
  const [open, setOpen] = useState<Open | null>(null);
  const targets = useTargets(workspaceId);
  const update = useUpdateTarget(workspaceId);
  const remove = useDeleteTarget(workspaceId);
  const test = useTestTarget(workspaceId);
  const rotate = useRotateSecret(workspaceId);
  const close = () => setOpen(null);
  const items = targets.data?.items;
  const maximum = targets.data?.itemsMax ?? 20;
  const closedWhy = mayWrite
    ? (items?.length ?? 0) >= maximum
      ? `There are ${maximum} already, which is the most. Remove one first.`
      : null
    : missingPermissionText("notifications.write");
  const failed = (error: unknown) => {
    toast.error(problemOf(error)?.detail ?? "That did not work");
  };
  const send = (target: NotificationTargetDto) => {
    const sending = toast.loading(`Sending a test to ${target.name}`);
    test.mutate(target.id, {
      onSuccess: ({ state, attempts }) => {
        const error = attempts.at(-1)?.error;
        if (state === "delivered") toast.success(`${target.name} took the test`, { id: sending });
        else toast.error(`${target.name} did not take the test`, { id: sending, description: error ?? undefined });
      },
      onError: (error) => toast.error(problemOf(error)?.detail ?? "It could not be sent", { id: sending }),
    });
  };
  const turn = (target: NotificationTargetDto) =>
    update.mutate(
      { targetId: target.id, revision: target.revision, isEnabled: !target.isEnabled },
      { onSuccess: ({ name, isEnabled }) => toast.success(`${name} is ${isEnabled ? "on" : "off"}`), onError: failed },
    );
  const addButton = (
    <GatedButton
      variant="primary"
      icon={<Plus aria-hidden="true" />}
      reason={closedWhy}
      onClick={() => setOpen({ what: "add" })}
    >
      Add target
    </GatedButton>
  );
  const menu = (target: NotificationTargetDto) =>
    mayWrite ? (
      <DropdownMenu trigger={<IconButton label={`Actions for ${target.name}`} icon={<Ellipsis />} />}>
        <MenuItem icon={<Send />} onSelect={() => send(target)}>
          Send a test
        </MenuItem>
        <MenuItem icon={<Pencil />} onSelect={() => setOpen({ what: "edit", target })}>
          Edit…
        </MenuItem>
        {target.kind === "webhook" ? (
          <MenuItem icon={<KeyRound />} onSelect={() => setOpen({ what: "rotate", target })}>
            New signing secret…
          </MenuItem>
        ) : null}
        <MenuItem icon={<Power />} onSelect={() => turn(target)}>
          {target.isEnabled ? "Switch off" : "Switch on"}
        </MenuItem>
        <MenuSeparator />
        <MenuItem icon={<Trash2 />} tone="danger" onSelect={() => setOpen({ what: "remove", target })}>
          Remove…
        </MenuItem>
      </DropdownMenu>
    ) : null;
  return (
    <>
      <PageHeader
        title="Notifications"
        description="Webhooks, Slack channels and e-mail addresses that are told when a run ends or waits, entries are about to be purged, or the quota fills up."
        actions={addButton}
      />
      <DataTable<NotificationTargetDto>
        label="Targets"
        columns={targetColumns(menu)}
        rows={items}
        rowKey={(target) => target.id}
        rowLabel={(target) => target.name}
        error={problemOf(targets.error)}
        onRetry={() => targets.refetch()}
        skeletonRows={2}
        className="mb-7"
        empty={
          <EmptyState
            icon={<BellRing />}
            title="Nobody is told of anything yet"
            description="Add a webhook, a Slack channel or e-mail addresses, and choose what each is told of. A test shows at once whether it arrives."
            action={addButton}
          />
        }
      />
      <DeliveriesSection workspaceId={workspaceId} targets={items ?? []} mayWrite={mayWrite} />
      {open?.what === "add" || open?.what === "edit" ? (
        <TargetDialog
          workspaceId={workspaceId}
          target={open.what === "edit" ? open.target : null}
          canSendMail={targets.data?.canSendMail ?? false}
          onClose={close}
          onCreated={({ name }, secret) => {
            setOpen(secret === null ? null : { what: "secret", name, secret, isNew: true });
            toast.success(`${name} is added`);
          }}
        />
      ) : null}
      {open?.what === "secret" ? <SigningSecretDialog {...open} onClose={close} /> : null}
      {open?.what === "rotate" ? (
        <ConfirmDialog
          open
          onOpenChange={(isOpen) => {
            if (!isOpen) setOpen((now) => (now?.what === "rotate" ? null : now));
          }}
          title={`New signing secret for ${open.target.name}?`}
          description="The new one is shown once. For a day requests are signed with both, then with the new one alone."
          confirmLabel="Make a new secret"
          tone="primary"
          onConfirm={async () => {
            const { target, signingSecret } = await rotate.mutateAsync(open.target.id);
            setOpen({ what: "secret", name: target.name, secret: signingSecret ?? "", isNew: false });
          }}
        />
      ) : null}
      {open?.what === "remove" ? (
        <ConfirmDialog
          open
          onOpenChange={close}
          title={`Remove ${open.target.name}?`}
          description="Nothing is sent to it any more, what waits for it neither, and its deliveries leave the log."
          confirmLabel="Remove"
          onConfirm={async () => {
            await remove.mutateAsync(open.target.id);
            toast.success(`${open.target.name} is removed`);
          }}
        />
      ) : null}
    </>
  );
}
