"use client";

import { useState } from "react";
import { PASSWORD_MIN_LENGTH, passwordProblem } from "@/domain/access/password-rules";
import { Field } from "../ui/field";
import { Input } from "../ui/input";

export interface PasswordPairState {
  password: string;
  repeated: string;
}

/** What keeps a new password from being sent; null when nothing does. */
export function pairProblem({ password, repeated }: PasswordPairState, person: { email: string; name: string }) {
  return passwordProblem(password, person) ?? (password === repeated ? null : "The two passwords differ.");
}

/** A new password, typed twice, since nobody sees it. What is wrong with it is said once the field was left. */
export function PasswordPair({
  value,
  onChange,
  person,
  label = "New password",
  problem,
  size,
}: {
  value: PasswordPairState;
  onChange: (value: PasswordPairState) => void;
  person: { email: string; name: string };
  label?: string;
  /** What the server found wrong with it. */
  problem?: string | undefined;
  size?: "lg";
}) {
  const [left, setLeft] = useState({ password: false, repeated: false });
  const own = left.password && value.password !== "" ? passwordProblem(value.password, person) : null;
  const differs = left.repeated && value.repeated !== "" && value.repeated !== value.password;
  const className = size === "lg" ? "h-10" : undefined;
  return (
    <>
      <Field
        label={label}
        error={own ?? problem}
        hint={`${PASSWORD_MIN_LENGTH} characters or more. A few words in a row are easy to keep in mind.`}
      >
        <Input
          type="password"
          autoComplete="new-password"
          required
          className={className}
          value={value.password}
          onChange={(event) => onChange({ ...value, password: event.target.value })}
          onBlur={() => setLeft((now) => ({ ...now, password: true }))}
        />
      </Field>
      <Field label="The same once more" error={differs ? "The two passwords differ." : undefined}>
        <Input
          type="password"
          autoComplete="new-password"
          required
          className={className}
          value={value.repeated}
          onChange={(event) => onChange({ ...value, repeated: event.target.value })}
          onBlur={() => setLeft((now) => ({ ...now, repeated: true }))}
        />
      </Field>
    </>
  );
}
