"use client";

import { type FormEvent, useId, useState } from "react";
import { createInvitation } from "@/contracts/members";
import type { Role } from "@/domain/access/permissions";
import { OnceOnlyLink } from "../access/once-only-link";
import { Button } from "../ui/button";
import { Callout } from "../ui/callout";
import { Dialog } from "../ui/dialog";
import { Field } from "../ui/field";
import { Input } from "../ui/input";
import { problemOf } from "../ui/problem-of";
import { Select } from "../ui/select";
import { useCreateInvitation } from "./queries";
import { ROLE_OPTIONS } from "./role-words";

/** Asks for address and role, then shows the link. */
export function InviteDialog({ workspaceId, onClose }: { workspaceId: string; onClose: () => void }) {
  const formId = useId();
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const [wasSent, setWasSent] = useState(false);
  const invite = useCreateInvitation(workspaceId);
  const made = invite.data;
  const parsed = createInvitation.body.safeParse({ email, role });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setWasSent(true);
    if (parsed.success && !invite.isPending) invite.mutate(parsed.data);
  };
  return (
    <Dialog
      open
      onOpenChange={(isOpen) => {
        if (!isOpen && !invite.isPending) onClose();
      }}
      size="sm"
      title={made ? `${made.invitation.email} is invited` : "Invite somebody"}
      description={
        made
          ? made.isMailed
            ? "The link is on its way by e-mail. You can hand it over yourself as well."
            : "Hand the link over yourself: whoever has it can join."
          : "They follow a link, and sign in or make an account."
      }
      footer={
        made ? (
          <Button variant="primary" onClick={onClose}>
            Done
          </Button>
        ) : (
          <>
            <Button onClick={onClose} disabled={invite.isPending}>
              Cancel
            </Button>
            <Button type="submit" form={formId} variant="primary" loading={invite.isPending}>
              Invite
            </Button>
          </>
        )
      }
    >
      {made ? (
        <OnceOnlyLink link={made.link} expiresAt={made.invitation.expiresAt} />
      ) : (
        <form id={formId} onSubmit={submit} noValidate className="flex flex-col gap-4">
          <Field label="E-mail" error={wasSent && !parsed.success ? parsed.error.issues[0]?.message : undefined}>
            <Input
              type="email"
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              value={email}
              onChange={(event) => setEmail(event.target.value)}
            />
          </Field>
          <Field label="Role">
            <Select value={role} onValueChange={setRole} options={ROLE_OPTIONS} />
          </Field>
          {invite.error ? (
            <Callout tone="danger" title={problemOf(invite.error)?.title} live>
              {problemOf(invite.error)?.detail}
            </Callout>
          ) : null}
        </form>
      )}
    </Dialog>
  );
}
