"use client";

import { type FormEvent, useId, useState } from "react";
import { toast } from "sonner";
import {
  createNotificationTargetBodySchema,
  type NotificationTargetDto,
  updateNotificationTargetBodySchema,
} from "@/contracts/webhooks";
import {
  NOTIFICATION_EVENT_SENTENCES,
  NOTIFICATION_EVENTS,
  type NotificationEventKind,
  type TargetKind,
} from "@/domain/notifications/notification-event";
import { Button } from "../ui/button";
import { Callout } from "../ui/callout";
import { Checkbox } from "../ui/checkbox";
import { Dialog } from "../ui/dialog";
import { Field, FieldGroup } from "../ui/field";
import { Input } from "../ui/input";
import { problemOf } from "../ui/problem-of";
import { Select } from "../ui/select";
import { Textarea } from "../ui/textarea";
import { KIND_LABELS, readRecipients } from "./notification-words";
import { useCreateTarget, useUpdateTarget } from "./queries";

const DEFAULT_EVENTS: NotificationEventKind[] = ["run.failed", "run.waiting", "gc.failed", "quota.near"];

interface Draft {
  kind: TargetKind;
  name: string;
  url: string;
  recipients: string;
  events: NotificationEventKind[];
}

const draftOf = (target: NotificationTargetDto | null): Draft => ({
  kind: target?.kind ?? "webhook",
  name: target?.name ?? "",
  // The stored address is a secret: it is never shown whole, and stays where none is typed.
  url: "",
  recipients: target?.recipients.join("\n") ?? "",
  events: target?.events ?? DEFAULT_EVENTS,
});

/** Adds a target, or changes one: what kind it is stays. */
export function TargetDialog({
  workspaceId,
  target,
  canSendMail,
  onClose,
  onCreated,
}: {
  workspaceId: string;
  /** null = a new one */
  target: NotificationTargetDto | null;
  canSendMail: boolean;
  onClose: () => void;
  /** with the secret that is shown this once; null where it has none */
  onCreated: (target: NotificationTargetDto, signingSecret: string | null) => void;
}) {
  const formId = useId();
  const [draft, setDraft] = useState(() => draftOf(target));
  const [hasTried, setHasTried] = useState(false);
  const create = useCreateTarget(workspaceId);
  const update = useUpdateTarget(workspaceId);
  const isPending = create.isPending || update.isPending;
  const change = (patch: Partial<Draft>) => setDraft((known) => ({ ...known, ...patch }));
  const read = target === null ? readNew(draft) : readChange(draft, target);
  const problems = hasTried ? read.problems : {};
  const problem = problemOf(create.error ?? update.error);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setHasTried(true);
    if (isPending) return;
    if (read.kind === "new" && read.body) {
      create.mutate(read.body, { onSuccess: ({ target, signingSecret }) => onCreated(target, signingSecret) });
    } else if (read.kind === "change" && read.body && target) {
      const onSuccess = ({ name }: NotificationTargetDto) => {
        onClose();
        toast.success(`${name} is saved`);
      };
      update.mutate({ targetId: target.id, ...read.body }, { onSuccess });
    }
  };
  return (
    <Dialog
      open
      onOpenChange={(isOpen) => {
        if (!isOpen && !isPending) onClose();
      }}
      title={target === null ? "Add a target" : `Edit ${target.name}`}
      description="Where this workspace is told of what happens, and of what."
      footer={
        <>
          <Button onClick={onClose} disabled={isPending}>
            Cancel
          </Button>
          <Button type="submit" form={formId} variant="primary" loading={isPending}>
            {target === null ? "Add" : "Save"}
          </Button>
        </>
      }
    >
      <form id={formId} onSubmit={submit} noValidate className="flex flex-col gap-5">
        {problem ? (
          <Callout tone="danger" title={problem.title} live>
            {problem.detail}
          </Callout>
        ) : null}
        <div className="grid grid-cols-2 gap-4 narrow:grid-cols-1">
          {target === null ? (
            <Field
              label="Kind"
              hint={canSendMail ? undefined : "E-mail needs a mail server: the operator sets SMTP_URL."}
            >
              <Select<TargetKind>
                value={draft.kind}
                onValueChange={(kind) => change({ kind })}
                options={(["webhook", "slack", "email"] as const).map((kind) => ({
                  ...{ value: kind, label: KIND_LABELS[kind], disabled: kind === "email" && !canSendMail },
                }))}
              />
            </Field>
          ) : null}
          <Field label="Name" error={problems.name}>
            <Input
              value={draft.name}
              maxLength={80}
              autoComplete="off"
              placeholder={draft.kind === "slack" ? "#registry" : "Deployment bot"}
              onChange={(event) => change({ name: event.target.value })}
            />
          </Field>
        </div>
        {draft.kind === "email" ? (
          <Field label="Recipients" error={problems.recipients} hint="One address a line, at most 20.">
            <Textarea
              rows={3}
              value={draft.recipients}
              placeholder="ops@example.com"
              onChange={(event) => change({ recipients: event.target.value })}
            />
          </Field>
        ) : (
          <Field
            label={draft.kind === "slack" ? "Incoming webhook URL" : "URL"}
            error={problems.url}
            hint={
              target === null
                ? draft.kind === "slack"
                  ? "From Slack: Apps › Incoming Webhooks. Kept encrypted and never shown again."
                  : "Each event is sent as a signed POST. Kept encrypted and never shown again whole."
                : `Now ${target.address ?? ""}. Leave this empty to keep it.`
            }
          >
            <Input
              type="url"
              value={draft.url}
              autoComplete="off"
              spellCheck={false}
              placeholder={
                draft.kind === "slack" ? "https://hooks.slack.com/services/…" : "https://example.com/hooks/reclaim"
              }
              onChange={(event) => change({ url: event.target.value })}
            />
          </Field>
        )}
        <FieldGroup label="Told of" error={problems.events}>
          <div className="grid grid-cols-2 gap-x-6 gap-y-2 narrow:grid-cols-1">
            {NOTIFICATION_EVENTS.map((event) => (
              <Checkbox
                key={event}
                label={NOTIFICATION_EVENT_SENTENCES[event]}
                checked={draft.events.includes(event)}
                onCheckedChange={(checked) =>
                  change({
                    events: NOTIFICATION_EVENTS.filter((one) => (one === event ? checked : draft.events.includes(one))),
                  })
                }
              />
            ))}
          </div>
        </FieldGroup>
      </form>
    </Dialog>
  );
}

type Problems = Partial<Record<"name" | "url" | "recipients" | "events", string>>;

function problemsOf(
  error: { issues: readonly { path: readonly PropertyKey[]; message: string }[] } | undefined,
): Problems {
  const entries = error?.issues.map(({ path, message }) => [String(path[0]), message] as const) ?? [];
  return Object.fromEntries(entries.toReversed());
}

function readNew({ kind, name, url, recipients, events }: Draft) {
  const place = kind === "email" ? { kind, recipients: readRecipients(recipients) } : { kind, url };
  const parsed = createNotificationTargetBodySchema.safeParse({ ...place, name, events });
  return { kind: "new" as const, body: parsed.data, problems: problemsOf(parsed.error) };
}

function readChange({ name, url, recipients, events }: Draft, target: NotificationTargetDto) {
  const place = target.kind === "email" ? { recipients: readRecipients(recipients) } : url.trim() === "" ? {} : { url };
  const parsed = updateNotificationTargetBodySchema.safeParse({ revision: target.revision, name, events, ...place });
  return { kind: "change" as const, body: parsed.data, problems: problemsOf(parsed.error) };
}
