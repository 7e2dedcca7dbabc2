"use client";

import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { toast } from "sonner";
import { personNameSchema } from "@/contracts/people";
import { Button } from "../ui/button";
import { Callout } from "../ui/callout";
import { Field } from "../ui/field";
import { Input } from "../ui/input";
import { problemOf } from "../ui/problem-of";
import { Section } from "../ui/section";
import { useUpdateMe } from "./queries";

/** The name by which others see what one did. */
export function NameSection({ name }: { name: string }) {
  const router = useRouter();
  const [typed, setTyped] = useState(name);
  const update = useUpdateMe();
  const parsed = personNameSchema.safeParse(typed);
  const isChanged = parsed.success && parsed.data !== name;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isChanged || update.isPending) return;
    update.mutate(parsed.data, {
      onSuccess: () => {
        toast.success("Your name was changed");
        // The frame shows it too, and comes from the server.
        router.refresh();
      },
    });
  };
  return (
    <Section title="Name" description="Others see it beside what you did: runs, rules, the audit log.">
      <form onSubmit={submit} noValidate className="flex max-w-md flex-col gap-3" aria-label="Name">
        <Field label="Name" error={parsed.success ? undefined : parsed.error.issues[0]?.message}>
          <Input autoComplete="name" value={typed} onChange={(event) => setTyped(event.target.value)} />
        </Field>
        {update.error ? (
          <Callout tone="danger" title={problemOf(update.error)?.title} live>
            {problemOf(update.error)?.detail}
          </Callout>
        ) : null}
        <div>
          <Button type="submit" loading={update.isPending} disabled={!isChanged}>
            Save name
          </Button>
        </div>
      </form>
    </Section>
  );
}
