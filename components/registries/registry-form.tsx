"use client";

import { Field, FieldGroup } from "../ui/field";
import { Input } from "../ui/input";
import { RadioGroup } from "../ui/radio-group";
import { Select } from "../ui/select";
import type { draftProblems, RegistryDraft } from "./registry-draft";
import { StorageFields } from "./storage-fields";

const KINDS = [
  { value: "distribution", label: "CNCF Distribution", hint: "the Docker registry, 2.8 or 3.x" },
  { value: "harbor", label: "Harbor", hint: "in a later version", disabled: true },
] as const;

export type RegistryFormProps = {
  draft: RegistryDraft;
  onChange: (change: Partial<RegistryDraft>) => void;
  problems: ReturnType<typeof draftProblems>;
  /** A registry that is edited stays whose it is, and keeps the password that it has. */
  isEdited: boolean;
  hasPassword: boolean;
  /** It has a bucket, and that its secret. */
  hasBucketSecret: boolean;
  isPlatformAdmin: boolean;
  workspaceName: string;
};

/** What has to be known about a registry. */
export function RegistryForm(props: RegistryFormProps) {
  const { draft, onChange, problems, isEdited, hasPassword, hasBucketSecret, isPlatformAdmin, workspaceName } = props;
  return (
    <>
      <Field label="Name" error={problems.name} required>
        <Input value={draft.name} onChange={(event) => onChange({ name: event.target.value })} autoComplete="off" />
      </Field>
      <Field label="Type" hint={isEdited ? undefined : "Harbor registries are supported in a later version."}>
        <Select value="distribution" onValueChange={() => undefined} options={KINDS} disabled={isEdited} />
      </Field>
      <Field
        label="Address"
        hint={
          isEdited
            ? "Another address must be one of the same registry: it is read again from there. Attach a different registry on its own."
            : "https:// or http://, host and port; without a path."
        }
        error={problems.url}
        required
      >
        <Input
          value={draft.url}
          onChange={(event) => onChange({ url: event.target.value })}
          placeholder="https://registry.example.com"
          mono
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
        />
      </Field>
      {isEdited ? null : (
        <FieldGroup label="Who may use it">
          <RadioGroup
            label="Who may use it"
            value={draft.isPlatformWide ? "platform" : "workspace"}
            onValueChange={(value) => onChange({ isPlatformWide: value === "platform" })}
            options={[
              { value: "workspace", label: "This workspace", hint: `Only ${workspaceName} sees it.` },
              {
                value: "platform",
                label: "Every workspace",
                hint: isPlatformAdmin
                  ? "All workspaces may create registry spaces on it."
                  : "Only platform admins attach registries for everybody.",
                disabled: !isPlatformAdmin,
              },
            ]}
          />
        </FieldGroup>
      )}
      <FieldGroup label="Sign-in">
        <RadioGroup
          label="Sign-in"
          value={draft.auth}
          onValueChange={(auth) => onChange({ auth })}
          options={[
            { value: "basic", label: "User name and password" },
            { value: "none", label: "None", hint: "Whoever reaches the registry may pull and push." },
          ]}
        />
      </FieldGroup>
      {draft.auth === "basic" ? (
        <div className="grid grid-cols-2 gap-4 narrow:grid-cols-1">
          <Field label="User name" error={problems.username} required>
            <Input
              value={draft.username}
              onChange={(event) => onChange({ username: event.target.value })}
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
            />
          </Field>
          <Field
            label="Password"
            error={problems.password}
            hint={hasPassword ? "Leave it empty to keep the one it has." : "Kept encrypted, and never shown again."}
            required={!hasPassword}
          >
            <Input
              type="password"
              value={draft.password}
              onChange={(event) => onChange({ password: event.target.value })}
              autoComplete="new-password"
            />
          </Field>
        </div>
      ) : null}
      {isPlatformAdmin ? (
        <StorageFields draft={draft} onChange={onChange} problems={problems} hasSecret={hasBucketSecret} />
      ) : null}
    </>
  );
}
