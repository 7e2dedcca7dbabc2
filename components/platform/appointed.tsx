import { OnceOnlyLink } from "../access/once-only-link";
import { Callout } from "../ui/callout";

/** How the admin of a workspace comes in. */
export function Appointed({ email, invitationLink }: { email: string; invitationLink: string | null }) {
  if (invitationLink === null)
    return (
      <Callout tone="positive" title={`${email} is its admin`}>
        They have an account: it is among their workspaces now.
      </Callout>
    );
  return (
    <div className="flex flex-col gap-3">
      <p className="text-muted">{email} has no account yet. Hand them this link: they make one and are its admin.</p>
      <OnceOnlyLink link={invitationLink} />
    </div>
  );
}
