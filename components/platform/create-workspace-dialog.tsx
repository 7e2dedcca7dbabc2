"use client";

import { useState } from "react";
import { createWorkspace } from "@/contracts/platform-people";
import { Field } from "../ui/field";
import { Input } from "../ui/input";
import { Appointed } from "./appointed";
import { FormDialog } from "./form-dialog";
import { useCreateWorkspace } from "./people-queries";
import { slugOf } from "./slug-of";

/** Asks for name, address and first admin, then says how they come in. */
export function CreateWorkspaceDialog({ onClose }: { onClose: () => void }) {
  const create = useCreateWorkspace();
  const [name, setName] = useState("");
  const [typedSlug, setTypedSlug] = useState<string | null>(null);
  const [adminEmail, setAdminEmail] = useState("");
  const [wasSent, setWasSent] = useState(false);
  const slug = typedSlug ?? slugOf(name);
  const parsed = createWorkspace.body.safeParse({ name, slug, adminEmail });
  const errorOf = (field: string) =>
    wasSent && !parsed.success ? parsed.error.issues.find(({ path }) => path[0] === field)?.message : undefined;
  const made = create.data;
  return (
    <FormDialog
      title={made ? `${made.workspace.name} is there` : "Create workspace"}
      description={
        made
          ? "You are no member of it."
          : "A tenant with its own registry spaces, members and rules. You become no member of it."
      }
      submitLabel="Create workspace"
      isPending={create.isPending}
      error={create.error}
      onClose={onClose}
      onSubmit={() => {
        setWasSent(true);
        if (parsed.success) create.mutate(parsed.data);
      }}
      result={made ? <Appointed {...made.admin} /> : null}
    >
      <Field label="Name" error={errorOf("name")}>
        <Input autoComplete="off" value={name} onChange={(event) => setName(event.target.value)} />
      </Field>
      <Field
        label="Address"
        error={errorOf("slug")}
        hint={`It stands in links, as /w/${slug || "…"}, and never changes.`}
      >
        <Input
          mono
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          value={slug}
          onChange={(event) => setTypedSlug(event.target.value)}
        />
      </Field>
      <Field
        label="E-mail of its first admin"
        error={errorOf("adminEmail")}
        hint="Whoever has no account yet gets an invitation."
      >
        <Input
          type="email"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          value={adminEmail}
          onChange={(event) => setAdminEmail(event.target.value)}
        />
      </Field>
    </FormDialog>
  );
}
