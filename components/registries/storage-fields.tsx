"use client";

import { Checkbox } from "../ui/checkbox";
import { Field, FieldGroup } from "../ui/field";
import { Input } from "../ui/input";
import { RadioGroup } from "../ui/radio-group";
import type { BucketDraft, BucketProblems } from "./bucket-draft";
import type { RegistryDraft } from "./registry-draft";

type StorageFieldsProps = {
  draft: RegistryDraft;
  onChange: (change: Partial<RegistryDraft>) => void;
  problems: { storageRoot?: string; bucket?: BucketProblems };
  /** The registry has a bucket, whose secret can stay. */
  hasSecret: boolean;
};

/** Where a registry keeps its blobs, as the console reaches it. */
export function StorageFields({ draft, onChange, problems, hasSecret }: StorageFieldsProps) {
  return (
    <>
      <FieldGroup label="Storage">
        <RadioGroup
          label="Storage"
          value={draft.storage}
          onValueChange={(storage) => onChange({ storage })}
          options={[
            { value: "none", label: "Out of reach", hint: "No garbage collection, and untagged images are not seen." },
            { value: "folder", label: "A folder of the console's server" },
            { value: "bucket", label: "A bucket", hint: "S3, or what speaks its protocol: Ceph, MinIO, …" },
          ]}
        />
      </FieldGroup>
      {draft.storage === "folder" ? (
        <Field
          label="Storage folder"
          hint="The registry's rootdirectory as the console's server sees it. It is compared with the registry before it is taken."
          error={problems.storageRoot}
          required
        >
          <Input
            value={draft.storageRoot}
            onChange={(event) => onChange({ storageRoot: event.target.value })}
            placeholder="/var/lib/registry"
            mono
            autoComplete="off"
            spellCheck={false}
          />
        </Field>
      ) : null}
      {draft.storage === "bucket" ? (
        <BucketFields
          draft={draft.bucket}
          onChange={(change) => onChange({ bucket: { ...draft.bucket, ...change } })}
          problems={problems.bucket ?? {}}
          hasSecret={hasSecret}
        />
      ) : null}
    </>
  );
}

type TextField = Exclude<keyof BucketDraft, "forcePathStyle">;

function BucketFields({
  draft,
  onChange,
  problems,
  hasSecret,
}: {
  draft: BucketDraft;
  onChange: (change: Partial<BucketDraft>) => void;
  problems: BucketProblems;
  hasSecret: boolean;
}) {
  const change = (field: TextField, value: string) => {
    // Naming an endpoint, or taking it away, says what is behind it most of the time.
    const isOther = field === "endpoint" && (value === "") !== (draft.endpoint === "");
    onChange({ [field]: value, ...(isOther ? { forcePathStyle: value !== "" } : {}) });
  };
  const input = (field: TextField, placeholder?: string) => (
    <Input
      value={draft[field]}
      onChange={(event) => change(field, event.target.value)}
      placeholder={placeholder}
      mono
      autoComplete="off"
      autoCapitalize="none"
      spellCheck={false}
    />
  );
  return (
    <div className="flex flex-col gap-4">
      <div className="grid grid-cols-2 gap-4 narrow:grid-cols-1">
        <Field label="Bucket" error={problems.bucket} required>
          {input("bucket", "registry-images")}
        </Field>
        <Field label="Region" error={problems.region} required>
          {input("region")}
        </Field>
        <Field label="Endpoint" aside="optional" hint="Leave it empty for AWS." error={problems.endpoint}>
          {input("endpoint", "https://s3.example.com:7480")}
        </Field>
        <Field label="Root directory" aside="optional" hint="Its rootdirectory in the bucket." error={problems.root}>
          {input("root", "registry")}
        </Field>
        <Field label="Access key" error={problems.accessKeyId} required>
          {input("accessKeyId")}
        </Field>
        <Field
          label="Secret key"
          error={problems.secretAccessKey}
          hint={hasSecret ? "Leave it empty to keep the one it has." : "Kept encrypted, and never shown again."}
          required={!hasSecret}
        >
          <Input
            type="password"
            value={draft.secretAccessKey}
            onChange={(event) => onChange({ secretAccessKey: event.target.value })}
            autoComplete="new-password"
          />
        </Field>
      </div>
      <Checkbox
        checked={draft.forcePathStyle}
        onCheckedChange={(forcePathStyle) => onChange({ forcePathStyle })}
        label="The bucket is part of the path"
        hint="What most servers but AWS want: https://host/bucket instead of https://bucket.host."
      />
      <p className="text-sm text-subtle">
        It is compared with the registry before it is taken, and whether the access key may delete is tried with an
        object of the console's own, where the registry never looks.
      </p>
    </div>
  );
}
