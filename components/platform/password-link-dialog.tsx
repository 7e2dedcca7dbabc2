"use client";

import type { UserDto } from "@/contracts/platform-people";
import { OnceOnlyLink } from "../access/once-only-link";
import { FormDialog } from "./form-dialog";
import { useCreatePasswordLink } from "./people-queries";

/** Makes a one-time link for a new password, after saying what it does. */
export function PasswordLinkDialog({ user, onClose }: { user: UserDto; onClose: () => void }) {
  const create = useCreatePasswordLink();
  const made = create.data;
  return (
    <FormDialog
      title={`Link to set ${user.hasPassword ? "a new password" : "a password"}`}
      description={
        made
          ? `Hand it to ${user.name}. Whoever has it can set their password.`
          : `For ${user.email}. What they have now goes on until the link is used; then every session and personal API token of theirs ends. An earlier link ends now.`
      }
      submitLabel="Make link"
      isPending={create.isPending}
      error={create.error}
      onClose={onClose}
      onSubmit={() => create.mutate(user.id)}
      result={made ? <OnceOnlyLink link={made.link} expiresAt={made.expiresAt} /> : null}
    >
      {null}
    </FormDialog>
  );
}
