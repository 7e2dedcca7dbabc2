"use client";

import { signIn } from "next-auth/react";
import { type FormEvent, useState } from "react";
import { Button } from "../ui/button";
import { Callout } from "../ui/callout";
import { Field } from "../ui/field";
import { Input } from "../ui/input";

// One sentence for an unknown address and for a wrong password: the form must not tell which people exist.
const WRONG = "This e-mail and password do not belong together.";
const UNREACHABLE = "The console could not check this now. Your password may still be right; try again in a moment.";

/** E-mail and password; afterwards the browser loads `returnTo` (a checked path of this console) anew. */
export function SignInForm({ returnTo }: { returnTo: string }) {
  const [isChecking, setIsChecking] = useState(false);
  const [failure, setFailure] = useState<string>();

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
    </form>
  );
}

/** Nothing when they are right, else the sentence to show. */
async function checkCredentials(email: string, password: string): Promise<string | undefined> {
  try {
    const answer = await signIn("credentials", { redirect: false, email, password });
    if (answer?.ok && !answer.error) return undefined;
    return answer?.status === 401 ? WRONG : UNREACHABLE;
  } catch {
    return UNREACHABLE;
  }
}
