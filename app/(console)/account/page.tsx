import type { Metadata } from "next";
import { AccountPage } from "@/components/account/account-page";
import { requirePagePerson } from "@/server/platform/auth/page-session";

export const metadata: Metadata = { title: "Your account" };

export default async function OwnAccountPage() {
  const { me } = await requirePagePerson("/account");
  return <AccountPage name={me.user.name} />;
}
