"use client";

import { useState } from "react";
import { acceptInvitation } from "@/contracts/account";
import { callOperation } from "@/contracts/call";
import { Button, ButtonLink } from "../ui/button";
import { Callout } from "../ui/callout";
import { problemOf } from "../ui/problem-of";
import { signOutOfConsole } from "../workspaces/sign-out";
import { signInHref } from "./return-path";

/** For whoever has an account: joins, or says with which account that goes. */
export function AcceptInvitation({
  token,
  path,
  email,
  signedInAs,
}: {
  token: string;
  /** of this page */
  path: string;
  email: string;
  signedInAs: string | null;
}) {
  const [isJoining, setIsJoining] = useState(false);
  const [failure, setFailure] = useState<string>();
  const back = signInHref(path);
  if (signedInAs === null)
    return (
      <div className="flex flex-col gap-4">
        <p className="text-md text-muted">There is an account with this address. Sign in with it to join.</p>
        <ButtonLink href={back} variant="primary" size="lg" className="w-full">
          Sign in as {email}
        </ButtonLink>
      </div>
    );
  if (signedInAs !== email)
    return (
      <div className="flex flex-col gap-4">
        <Callout tone="warning" title={`You are signed in as ${signedInAs}`}>
          This invitation is for {email}. Sign out, and follow the link once more.
        </Callout>
        <Button size="lg" className="w-full" onClick={() => void signOutOfConsole(back)}>
          Sign out
        </Button>
      </div>
    );
  const join = async () => {
    setIsJoining(true);
    setFailure(undefined);
    try {
      const { workspaceSlug } = await callOperation(acceptInvitation, { body: { token } });
      window.location.assign(`/w/${workspaceSlug}/spaces`);
    } catch (error) {
      setFailure(problemOf(error)?.detail ?? "It did not work. Try again in a moment.");
      setIsJoining(false);
    }
  };
  return (
    <div className="flex flex-col gap-4">
      <p className="text-md text-muted">You are signed in as {signedInAs}.</p>
      {failure ? (
        <Callout tone="danger" live>
          {failure}
        </Callout>
      ) : null}
      <Button variant="primary" size="lg" className="w-full" loading={isJoining} onClick={() => void join()}>
        Join
      </Button>
    </div>
  );
}
