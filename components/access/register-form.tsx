"use client";

import { type FormEvent, useState } from "react";
import { registerByInvitation } from "@/contracts/account";
import { callOperation } from "@/contracts/call";
import { personNameSchema } from "@/contracts/people";
import { Button } from "../ui/button";
import { Callout } from "../ui/callout";
import { Field } from "../ui/field";
import { Input } from "../ui/input";
import { problemOf } from "../ui/problem-of";
import { checkCredentials } from "./check-credentials";
import { fieldError, hasFieldErrors } from "./field-error";
import { PasswordPair, pairProblem } from "./password-pair";

/** For whoever has no account yet: name and password, and in. */
export function RegisterForm({ token, email }: { token: string; email: string }) {
  const [name, setName] = useState("");
  const [pair, setPair] = useState({ password: "", repeated: "" });
  const [isSending, setIsSending] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const parsed = personNameSchema.safeParse(name);
  const isReady = parsed.success && pairProblem(pair, { email, name }) === null;

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!isReady || isSending) return;
    setIsSending(true);
    setFailure(undefined);
    try {
      const body = { token, name: parsed.data, password: pair.password };
      const { workspaceSlug } = await callOperation(registerByInvitation, { body });
      // The account is there, whatever becomes of signing in: then its owner does that by hand.
      const problem = await checkCredentials(email, pair.password);
      window.location.assign(problem === undefined ? `/w/${workspaceSlug}/spaces` : "/sign-in");
    } catch (error) {
      setFailure(error);
      setIsSending(false);
    }
  };
  return (
    <form method="post" onSubmit={submit} noValidate className="flex flex-col gap-4" aria-label="Make an account">
      <Field label="E-mail">
        <Input type="email" value={email} readOnly autoComplete="username" className="h-10" />
      </Field>
      <Field label="Your name" error={fieldError(failure, "name")}>
        <Input
          autoComplete="name"
          autoFocus
          required
          className="h-10"
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      </Field>
      <PasswordPair
        value={pair}
        onChange={setPair}
        person={{ email, name }}
        label="Password"
        problem={fieldError(failure, "password")}
        size="lg"
      />
      {failure !== undefined && !hasFieldErrors(failure) ? (
        <Callout tone="danger" title={problemOf(failure)?.title} live>
          {problemOf(failure)?.detail}
        </Callout>
      ) : null}
      <Button type="submit" variant="primary" size="lg" loading={isSending} disabled={!isReady} className="mt-1 w-full">
        Make account and join
      </Button>
    </form>
  );
}
