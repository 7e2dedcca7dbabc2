"use client";

import { type FormEvent, useState } from "react";
import { choosePasswordByLink } from "@/contracts/account";
import { callOperation } from "@/contracts/call";
import { Button } from "../ui/button";
import { Callout } from "../ui/callout";
import { problemOf } from "../ui/problem-of";
import { checkCredentials } from "./check-credentials";
import { fieldError, hasFieldErrors } from "./field-error";
import { PasswordPair, pairProblem } from "./password-pair";

/** The password of whom a one-time link is for; signed in afterwards. */
export function ChoosePasswordForm({ token, email, name }: { token: string; email: string; name: string }) {
  const [pair, setPair] = useState({ password: "", repeated: "" });
  const [isSending, setIsSending] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const isReady = pairProblem(pair, { email, name }) === null;

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!isReady || isSending) return;
    setIsSending(true);
    setFailure(undefined);
    try {
      await callOperation(choosePasswordByLink, { body: { token, password: pair.password } });
      const problem = await checkCredentials(email, pair.password);
      window.location.assign(problem === undefined ? "/" : "/sign-in");
    } catch (error) {
      setFailure(error);
      setIsSending(false);
    }
  };
  return (
    <form method="post" onSubmit={submit} noValidate className="flex flex-col gap-4" aria-label="Choose a password">
      <input type="email" name="email" value={email} readOnly autoComplete="username" className="hidden" />
      <PasswordPair
        value={pair}
        onChange={setPair}
        person={{ email, name }}
        problem={fieldError(failure, "password")}
        size="lg"
      />
      {failure !== undefined && !hasFieldErrors(failure) ? (
        <Callout tone="danger" title={problemOf(failure)?.title} live>
          {problemOf(failure)?.detail}
        </Callout>
      ) : null}
      <Button type="submit" variant="primary" size="lg" loading={isSending} disabled={!isReady} className="mt-1 w-full">
        Set password and sign in
      </Button>
    </form>
  );
}
