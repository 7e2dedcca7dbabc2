"use client";

import { Building2 } from "lucide-react";
import { Button } from "../ui/button";
import { EmptyState } from "../ui/empty-state";
import { signOutOfConsole } from "./sign-out";

/** For somebody who is signed in but a member of nothing (any more). */
export function NoWorkspace({ email }: { email: string }) {
  return (
    <EmptyState
      className="flex-1 justify-center"
      icon={<Building2 />}
      title={<h1>You are not a member of any workspace</h1>}
      description={`Ask an administrator of your workspace to add ${email}. Nothing else is needed: it appears here at once.`}
      action={<Button onClick={() => void signOutOfConsole()}>Sign out</Button>}
    />
  );
}
