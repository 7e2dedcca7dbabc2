"use client";

import { useState } from "react";
import { createUser } from "@/contracts/platform-people";
import { OnceOnlyLink } from "../access/once-only-link";
import { Checkbox } from "../ui/checkbox";
import { Field } from "../ui/field";
import { Input } from "../ui/input";
import { FormDialog } from "./form-dialog";
import { useCreateUser } from "./people-queries";

/** Asks who it is, then shows the link by which they choose their password. */
export function CreateUserDialog({ onClose }: { onClose: () => void }) {
  const create = useCreateUser();
  const [email, setEmail] = useState("");
  const [name, setName] = useState("");
  const [isPlatformAdmin, setIsPlatformAdmin] = useState(false);
  const [wasSent, setWasSent] = useState(false);
  const parsed = createUser.body.safeParse({ email, name, isPlatformAdmin });
  const errorOf = (field: string) =>
    wasSent && !parsed.success ? parsed.error.issues.find(({ path }) => path[0] === field)?.message : undefined;
  const made = create.data;
  return (
    <FormDialog
      title={made ? `${made.user.name} has an account` : "Create user"}
      description={
        made
          ? "They choose their password by this link. They are a member of no workspace yet."
          : "For somebody who is in no workspace yet. Whoever is invited to one makes their account themselves."
      }
      submitLabel="Create user"
      isPending={create.isPending}
      error={create.error}
      onClose={onClose}
      onSubmit={() => {
        setWasSent(true);
        if (parsed.success) create.mutate(parsed.data);
      }}
      result={made ? <OnceOnlyLink link={made.passwordLink.link} expiresAt={made.passwordLink.expiresAt} /> : null}
    >
      <Field label="E-mail" error={errorOf("email")}>
        <Input
          type="email"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
      </Field>
      <Field label="Name" error={errorOf("name")}>
        <Input autoComplete="off" value={name} onChange={(event) => setName(event.target.value)} />
      </Field>
      <Checkbox
        checked={isPlatformAdmin}
        onCheckedChange={setIsPlatformAdmin}
        label="Platform admin"
        hint="Manages users, workspaces, registries and quotas."
      />
    </FormDialog>
  );
}
