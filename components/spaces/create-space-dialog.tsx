"use client";

import { zodResolver } from "@hookform/resolvers/zod";
import { Check } from "lucide-react";
import { useRouter } from "next/navigation";
import { useId } from "react";
import { Controller, useForm } from "react-hook-form";
import { toast } from "sonner";
import type { z } from "zod";
import type { RegistryDto } from "@/contracts/registries";
import { createSpaceBodySchema } from "@/contracts/spaces";
import { spacePath } from "../history/space-path";
import { Button } from "../ui/button";
import { Callout } from "../ui/callout";
import { Dialog } from "../ui/dialog";
import { Field } from "../ui/field";
import { Input } from "../ui/input";
import { problemOf } from "../ui/problem-of";
import { Select } from "../ui/select";
import { Skeleton } from "../ui/skeleton";
import { checkPrefix, prefixFromName } from "./prefix-check";
import { useCreateSpace, useSpaces } from "./queries";
import { registryHost } from "./registry-host";

type Values = z.input<typeof createSpaceBodySchema>;

export type CreateSpaceDialogProps = {
  workspaceId: string;
  workspaceSlug: string;
  /** Undefined while they are being read: the form begins with the first of them. */
  registries: readonly RegistryDto[] | undefined;
  open: boolean;
  onOpenChange: (open: boolean) => void;
};

/** Asks for name, registry and prefix, says at once what is wrong with the prefix, and opens the new space. */
export function CreateSpaceDialog(props: CreateSpaceDialogProps) {
  const formId = useId();
  const create = useCreateSpace(props.workspaceId);
  return (
    <Dialog
      open={props.open}
      onOpenChange={(open) => {
        if (create.isPending) return;
        create.reset();
        props.onOpenChange(open);
      }}
      title="Create a registry space"
      description="A repository prefix of a registry that belongs to this workspace: its images, rules and recycle bin."
      footer={
        <>
          <Button onClick={() => props.onOpenChange(false)} disabled={create.isPending}>
            Cancel
          </Button>
          <Button type="submit" form={formId} variant="primary" loading={create.isPending}>
            Create registry space
          </Button>
        </>
      }
    >
      {props.registries ? (
        <CreateSpaceForm {...props} registries={props.registries} formId={formId} create={create} />
      ) : (
        <div role="status" aria-busy="true" aria-label="Loading registries" className="flex flex-col gap-6 py-2">
          <Skeleton className="h-8 w-full" />
          <Skeleton className="h-8 w-full" />
          <Skeleton className="h-8 w-full" />
        </div>
      )}
    </Dialog>
  );
}

function CreateSpaceForm({
  workspaceId,
  workspaceSlug,
  registries,
  onOpenChange,
  formId,
  create,
}: Omit<CreateSpaceDialogProps, "registries"> & {
  registries: readonly RegistryDto[];
  formId: string;
  create: ReturnType<typeof useCreateSpace>;
}) {
  const router = useRouter();
  const spaces = useSpaces(workspaceId);
  const form = useForm<Values>({
    resolver: zodResolver(createSpaceBodySchema),
    defaultValues: { name: "", registryId: registries[0]?.id ?? "", prefix: "" },
  });
  const { errors, dirtyFields } = form.formState;
  const [registryId, prefix] = form.watch(["registryId", "prefix"]);
  const registry = registries.find((candidate) => candidate.id === registryId);
  const check = checkPrefix(
    prefix,
    (spaces.data?.items ?? [])
      .filter((space) => space.registryId === registryId && space.access === "owner")
      .map((space) => space.prefix),
  );
  const failure = problemOf(create.error);

  const submit = form.handleSubmit(async (values) => {
    if (check.state !== "free") {
      form.setError("prefix", { message: check.message });
      return;
    }
    // A refusal is shown from the mutation's own error, above the form.
    const space = await create.mutateAsync(values).catch(() => undefined);
    if (!space) return;
    onOpenChange(false);
    toast.success(`${space.name} was created`, { description: "The registry is being read for it now." });
    router.push(spacePath(workspaceSlug, space.id, "images"));
  });

  return (
    <form id={formId} onSubmit={submit} noValidate className="flex flex-col gap-5">
      {failure ? (
        <Callout tone="danger" live>
          {failure.detail ?? failure.title}
        </Callout>
      ) : null}
      <Field label="Name" hint="Shown in the console; you can change it later." error={errors.name?.message} required>
        <Input
          {...form.register("name", {
            onChange: (event: { target: { value: string } }) => {
              // Until somebody writes a prefix, it follows the name.
              if (!dirtyFields.prefix) form.setValue("prefix", prefixFromName(event.target.value));
            },
          })}
          autoComplete="off"
          autoFocus
        />
      </Field>
      <Field label="Registry" error={errors.registryId ? "Choose a registry." : undefined} required>
        <Controller
          control={form.control}
          name="registryId"
          render={({ field }) => (
            <Select
              value={field.value || undefined}
              onValueChange={field.onChange}
              options={registries.map(({ id, name, url }) => ({ value: id, label: name, hint: registryHost(url) }))}
            />
          )}
        />
      </Field>
      <Field
        label="Prefix"
        error={errors.prefix ? (check.state === "wrong" ? check.message : errors.prefix.message) : undefined}
        hint={
          <span className="flex flex-col gap-1">
            {errors.prefix ? null : <PrefixNote check={check} />}
            <span>
              Images are pushed to{" "}
              <code className="text-muted [overflow-wrap:anywhere]">
                {registry ? registryHost(registry.url) : "registry"}/{prefix.trim() || "prefix"}/…
              </code>{" "}
              The prefix cannot be changed later.
            </span>
          </span>
        }
        required
      >
        <Input {...form.register("prefix")} mono autoComplete="off" autoCapitalize="none" spellCheck={false} />
      </Field>
    </form>
  );
}

function PrefixNote({ check }: { check: ReturnType<typeof checkPrefix> }) {
  return (
    <span
      aria-live="polite"
      className={
        check.state === "wrong"
          ? "font-medium text-danger"
          : check.state === "free"
            ? "inline-flex items-center gap-1 text-accent"
            : ""
      }
    >
      {check.state === "free" ? <Check className="size-3.5" aria-hidden="true" /> : null}
      {check.message}
    </span>
  );
}
