import type { Metadata } from "next";
import { TokensPage } from "@/components/tokens/tokens-page";
import { requirePagePerson } from "@/server/platform/auth/page-session";

export const metadata: Metadata = { title: "API tokens" };

export default async function AccountTokensPage() {
  const { me } = await requirePagePerson("/account/tokens");
  const workspaces = me.workspaces.map(({ id, name, role }) => ({ id, name, role }));
  return <TokensPage places={{ kind: "personal", workspaces }} canChange />;
}
