"use client";

import { type FormEvent, useState } from "react";
import { toast } from "sonner";
import { fieldError, hasFieldErrors } from "../access/field-error";
import { PasswordPair, pairProblem } from "../access/password-pair";
import { count } from "../history/run-words";
import { Button } from "../ui/button";
import { Callout } from "../ui/callout";
import { Field } from "../ui/field";
import { Input } from "../ui/input";
import { problemOf } from "../ui/problem-of";
import { Section } from "../ui/section";
import { useChangePassword, useSessions } from "./queries";

const NOTHING = { password: "", repeated: "" };
/** Whose it is, is checked where it is sent: this page says only what is wrong for anybody. */
const ANYBODY = { email: "", name: "" };

/** A new password for the old one. */
export function PasswordSection() {
  const sessions = useSessions();
  const change = useChangePassword();
  const [current, setCurrent] = useState("");
  const [pair, setPair] = useState(NOTHING);
  const problem = problemOf(change.error);
  const isReady = current !== "" && pairProblem(pair, ANYBODY) === null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isReady || change.isPending) return;
    change.mutate(
      { currentPassword: current, newPassword: pair.password },
      {
        onSuccess: ({ endedCount }) => {
          setCurrent("");
          setPair(NOTHING);
          const others = endedCount === 0 ? "" : ` ${count(endedCount, "other session")} ended.`;
          toast.success(`Your password was changed.${others}`);
        },
      },
    );
  };
  return (
    <Section
      title="Password"
      description="It is good for this console and for docker login. Changing it signs you out everywhere else; your API tokens go on until you revoke them."
    >
      {sessions.data?.hasPassword === false ? (
        <Callout title="You have no password here">
          You sign in with single sign-on. For docker login make an API token; a platform admin can make a link to
          choose a password.
        </Callout>
      ) : (
        <form onSubmit={submit} noValidate className="flex max-w-md flex-col gap-3" aria-label="Password">
          <Field label="Current password" error={fieldError(change.error, "currentPassword")}>
            <Input
              type="password"
              autoComplete="current-password"
              value={current}
              onChange={(event) => setCurrent(event.target.value)}
            />
          </Field>
          <PasswordPair
            value={pair}
            onChange={setPair}
            person={ANYBODY}
            problem={fieldError(change.error, "newPassword")}
          />
          {problem && !hasFieldErrors(change.error) ? (
            <Callout tone="danger" title={problem.title} live>
              {problem.detail}
            </Callout>
          ) : null}
          <div>
            <Button type="submit" loading={change.isPending} disabled={!isReady}>
              Change password
            </Button>
          </div>
        </form>
      )}
    </Section>
  );
}
