import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { refusalWords } from "@/components/access/refusal-words";
import { returnPath } from "@/components/access/return-path";
import { SignInForm } from "@/components/access/sign-in-form";
import { AuthFrame } from "@/components/shell/auth-frame";
import { oidcName } from "@/server/platform/auth/oidc-provider";
import { readPageSession } from "@/server/platform/auth/page-session";

export const metadata: Metadata = { title: "Sign in" };

export default async function SignInPage({
  searchParams,
}: {
  searchParams: Promise<{ callbackUrl?: string | string[]; error?: string | string[] }>;
}) {
  const { callbackUrl, error } = await searchParams;
  const returnTo = returnPath(typeof callbackUrl === "string" ? callbackUrl : null);
  if (await readPageSession()) redirect(returnTo);
  return (
    <AuthFrame title="Sign in" description="With the account of your workspace.">
      <SignInForm returnTo={returnTo} ssoName={oidcName()} refusal={refusalWords(error)} />
    </AuthFrame>
  );
}
