"use client";

import { KeyRound } from "lucide-react";
import { signIn } from "next-auth/react";
import { type FormEvent, useState } from "react";
import { Button } from "../ui/button";
import { Callout } from "../ui/callout";
import { Field } from "../ui/field";
import { Input } from "../ui/input";
import { checkCredentials } from "./check-credentials";

/**
 * E-mail and password, and single sign-on where there is one; afterwards the browser loads `returnTo` (a checked path of this console) anew.
 * `refusal` is why somebody came back from there.
 */
export function SignInForm({
  returnTo,
  ssoName,
  refusal,
}: {
  returnTo: string;
  ssoName: string | null;
  refusal: string | null;
}) {
  const [isLeaving, setIsLeaving] = useState(false);
  const [isChecking, setIsChecking] = useState(false);
  const [failure, setFailure] = useState<string | undefined>(refusal ?? undefined);

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (isChecking) return;
    const form = new FormData(event.currentTarget);
    setIsChecking(true);
    setFailure(undefined);
    const outcome = await checkCredentials(String(form.get("email")), String(form.get("password")));
    if (outcome === undefined) {
      // A whole load, so that nothing of an earlier person stays in this document. The button stays busy until it comes.
      window.location.assign(returnTo);
      return;
    }
    setFailure(outcome);
    setIsChecking(false);
  };

  return (
    // By POST where it is sent before the page is ready: by GET the password would stand in the address.
    <form method="post" onSubmit={submit} className="flex flex-col gap-4" aria-label="Sign in">
      <Field label="E-mail">
        <Input
          name="email"
          type="email"
          required
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          autoFocus
          className="h-10"
        />
      </Field>
      <Field label="Password">
        <Input name="password" type="password" required autoComplete="current-password" className="h-10" />
      </Field>
      {failure ? (
        <Callout tone="danger" live>
          {failure}
        </Callout>
      ) : null}
      <Button type="submit" variant="primary" size="lg" loading={isChecking} className="mt-1 w-full">
        Sign in
      </Button>
      {ssoName === null ? null : (
        <>
          <p aria-hidden="true" className="flex items-center gap-3 text-sm text-subtle">
            <span className="h-px flex-1 bg-rule" />
            or
            <span className="h-px flex-1 bg-rule" />
          </p>
          <Button
            size="lg"
            className="w-full"
            icon={<KeyRound />}
            loading={isLeaving}
            onClick={() => {
              setIsLeaving(true);
              void signIn("oidc", { callbackUrl: returnTo }).catch(() => setIsLeaving(false));
            }}
          >
            Sign in with {ssoName}
          </Button>
        </>
      )}
    </form>
  );
}
