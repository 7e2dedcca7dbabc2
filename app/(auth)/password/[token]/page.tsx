import type { Metadata } from "next";
import { ChoosePasswordForm } from "@/components/access/choose-password-form";
import { LinkEnded } from "@/components/access/link-ended";
import { AuthFrame } from "@/components/shell/auth-frame";
import { findPasswordLink } from "@/server/access/find-password-link";

// The address is a secret: no page that is opened from here is told it.
export const metadata: Metadata = { title: "Choose a password", referrer: "no-referrer", robots: "noindex" };

/** Scripts stop with them: whoever chooses a password has to know before. */
function endingTokens(tokenCount: number): string {
  if (tokenCount === 0) return "";
  return tokenCount === 1
    ? ", and so does your personal API token"
    : `, and so do your ${tokenCount} personal API tokens`;
}

/** Where a one-time link leads: its owner chooses their password. */
export default async function ChoosePasswordPage({ params }: { params: Promise<{ token: string }> }) {
  const { token } = await params;
  const person = await findPasswordLink(token);
  if (!person)
    return (
      <AuthFrame title="This link is not good any more">
        <LinkEnded>It was used or replaced, or is too old. Ask a platform admin for another one.</LinkEnded>
      </AuthFrame>
    );
  return (
    <AuthFrame
      title="Choose a password"
      description={`For ${person.email}. Wherever you are signed in, that session ends${endingTokens(person.tokenCount)}.`}
    >
      <ChoosePasswordForm token={token} email={person.email} name={person.name} />
    </AuthFrame>
  );
}
