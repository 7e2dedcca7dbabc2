"use client";

import { useState } from "react";
import { appointAdmin, type PlatformWorkspaceDto } from "@/contracts/platform-people";
import { Field } from "../ui/field";
import { Input } from "../ui/input";
import { Appointed } from "./appointed";
import { FormDialog } from "./form-dialog";
import { useAppointAdmin } from "./people-queries";

/** An admin for a workspace that has lost its own. */
export function AppointAdminDialog({ workspace, onClose }: { workspace: PlatformWorkspaceDto; onClose: () => void }) {
  const appoint = useAppointAdmin();
  const [email, setEmail] = useState("");
  const [wasSent, setWasSent] = useState(false);
  const parsed = appointAdmin.body.safeParse({ email });
  const made = appoint.data;
  return (
    <FormDialog
      title={`Appoint an admin of ${workspace.name}`}
      description="It has none who can sign in. This is recorded, for its members to see."
      submitLabel="Appoint"
      isPending={appoint.isPending}
      error={appoint.error}
      onClose={onClose}
      onSubmit={() => {
        setWasSent(true);
        if (parsed.success) appoint.mutate({ workspaceId: workspace.id, email: parsed.data.email });
      }}
      result={made ? <Appointed {...made.admin} /> : null}
    >
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
    </FormDialog>
  );
}
