"use client";

import { type FormEvent, useId, useState } from "react";
import { toast } from "sonner";
import type { GcStatusDto } from "@/contracts/gc";
import type { Permission } from "@/domain/access/permissions";
import { GatedButton, missingPermissionText } from "../reclaim/gated-button";
import { Button } from "../ui/button";
import { Callout } from "../ui/callout";
import { ConfirmDialog } from "../ui/confirm-dialog";
import { Dialog } from "../ui/dialog";
import { Field } from "../ui/field";
import { problemOf } from "../ui/problem-of";
import { RelativeTime } from "../ui/relative-time";
import { Textarea } from "../ui/textarea";
import { useRequestGc, useSetGcEnablement } from "./queries";

type GcEnablementProps = { workspaceId: string; permissions: readonly Permission[]; status: GcStatusDto };

/**
 * Why a registry is not collected, and the way out: what it lacks, or the one switch that a platform admin has to set. Nothing where it can be.
 */
export function GcEnablement(props: GcEnablementProps) {
  const { capability, enablement, modes } = props.status;
  if (capability.isAvailable) return null;
  const isPossible = modes.read_only.isAvailable || modes.online.isAvailable;
  if (!isPossible || enablement.enabledAt !== null) {
    return (
      <Callout tone="warning" title="This registry cannot be collected from here" className="mb-7">
        {capability.reason ?? "Its storage is not reachable for the console."}
      </Callout>
    );
  }
  return enablement.canEnable ? <EnableIt {...props} /> : <AskForIt {...props} />;
}

const ONCE =
  "It is enabled once for each registry, because a collection deletes for good and can refuse pushes meanwhile.";

function EnableIt({ status }: GcEnablementProps) {
  const [isAsking, setIsAsking] = useState(false);
  const enable = useSetGcEnablement();
  const { registryId, registryName, enablement } = status;
  return (
    <>
      <Callout
        tone="info"
        className="mb-7"
        title={`Garbage collection is not enabled for ${registryName}`}
        action={
          <Button variant="primary" onClick={() => setIsAsking(true)}>
            Enable
          </Button>
        }
      >
        {ONCE} <Request request={enablement.request} />
      </Callout>
      <ConfirmDialog
        open={isAsking}
        onOpenChange={setIsAsking}
        tone="primary"
        title={`Enable garbage collection for ${registryName}?`}
        description="Admins of every workspace that has a registry space there can then run it, by hand or on a schedule. Nothing is deleted by enabling it."
        confirmLabel="Enable"
        onConfirm={async () => {
          await enable.mutateAsync({ registryId, isEnabled: true });
          toast.success(`Garbage collection is enabled for ${registryName}`);
        }}
      />
    </>
  );
}

function AskForIt({ workspaceId, permissions, status }: GcEnablementProps) {
  const [isOpen, setIsOpen] = useState(false);
  const { registryName, enablement } = status;
  const { request } = enablement;
  return (
    <>
      <Callout
        tone="info"
        className="mb-7"
        title={`Garbage collection is not enabled for ${registryName}`}
        action={
          <GatedButton
            reason={permissions.includes("gc.run") ? null : missingPermissionText("gc.run")}
            onClick={() => setIsOpen(true)}
          >
            {request ? "Change the request" : "Request enablement"}
          </GatedButton>
        }
      >
        {request ? (
          <>
            <Request request={request} /> A platform admin has to enable it.
          </>
        ) : (
          `${ONCE} A platform admin does it; an admin of this workspace can ask for it.`
        )}
      </Callout>
      {isOpen ? <RequestDialog workspaceId={workspaceId} status={status} onClose={() => setIsOpen(false)} /> : null}
    </>
  );
}

function Request({ request }: { request: GcStatusDto["enablement"]["request"] }) {
  if (!request) return null;
  return (
    <>
      {request.requestedByName} asked for it <RelativeTime at={request.requestedAt} />
      {request.note ? `: “${request.note}”` : ""}.
    </>
  );
}

function RequestDialog({
  workspaceId,
  status,
  onClose,
}: {
  workspaceId: string;
  status: GcStatusDto;
  onClose: () => void;
}) {
  const formId = useId();
  const [note, setNote] = useState(status.enablement.request?.note ?? "");
  const request = useRequestGc(workspaceId, status.registryId);
  const problem = problemOf(request.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (request.isPending) return;
    request.mutate(note, {
      onSuccess: () => {
        onClose();
        toast.success("The platform's admins see your request");
      },
    });
  };
  return (
    <Dialog
      open
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose();
      }}
      size="sm"
      title="Request garbage collection"
      description={`For ${status.registryName}. It is needed once; afterwards admins of this workspace run it themselves.`}
      footer={
        <>
          <Button onClick={onClose}>Close</Button>
          <Button type="submit" form={formId} variant="primary" loading={request.isPending}>
            Send request
          </Button>
        </>
      }
    >
      <form id={formId} onSubmit={submit} className="flex flex-col gap-4">
        {problem ? (
          <Callout tone="danger" title={problem.title} live>
            {problem.detail}
          </Callout>
        ) : null}
        <Field label="Why it is needed" hint="The platform's admins read it. May be left empty.">
          <Textarea value={note} maxLength={500} rows={3} onChange={(event) => setNote(event.target.value)} />
        </Field>
      </form>
    </Dialog>
  );
}
