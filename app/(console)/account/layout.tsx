import type { ReactNode } from "react";
import { AccountFrame } from "@/components/account/account-frame";
import { requirePagePerson } from "@/server/platform/auth/page-session";

/** Head and tabs of one's own account. Each page asks for the session itself: a layout is not rendered again on navigation. */
export default async function AccountLayout({ children }: { children: ReactNode }) {
  const { me } = await requirePagePerson("/account");
  return <AccountFrame user={{ name: me.user.name, email: me.user.email }}>{children}</AccountFrame>;
}
