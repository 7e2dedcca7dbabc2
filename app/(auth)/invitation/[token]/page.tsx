import type { Metadata } from "next";
import { AcceptInvitation } from "@/components/access/accept-invitation";
import { LinkEnded } from "@/components/access/link-ended";
import { RegisterForm } from "@/components/access/register-form";
import { AuthFrame } from "@/components/shell/auth-frame";
import { findInvitation } from "@/server/access/find-invitation";
import { readPageSession } from "@/server/platform/auth/page-session";

// The address is a secret: no page that is opened from here is told it.
export const metadata: Metadata = { title: "Invitation", referrer: "no-referrer", robots: "noindex" };

/** What somebody sees who follows the link of an invitation: signed in as whom it is for, as somebody else, or not at all. */
export default async function InvitationPage({ params }: { params: Promise<{ token: string }> }) {
  const { token } = await params;
  const [invitation, session] = await Promise.all([findInvitation(token), readPageSession()]);
  if (!invitation)
    return (
      <AuthFrame title="This invitation is not good any more">
        <LinkEnded>
          It was used, taken back or replaced, or is older than a week. Ask whoever invited you for another one.
        </LinkEnded>
      </AuthFrame>
    );
  const { email, role, invitedByName, workspaceName, hasAccount } = invitation;
  const description = `${invitedByName} invites ${email} to ${workspaceName}, as ${role === "viewer" ? "a" : "an"} ${role}.`;
  const path = `/invitation/${token}`;
  return (
    <AuthFrame title={`Join ${workspaceName}`} description={description}>
      {session || hasAccount ? (
        <AcceptInvitation token={token} path={path} email={email} signedInAs={session?.me.user.email ?? null} />
      ) : (
        <RegisterForm token={token} email={email} />
      )}
    </AuthFrame>
  );
}
