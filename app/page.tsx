import { redirect } from "next/navigation";
import { Logo } from "@/components/ui/logo";
import { NoWorkspace } from "@/components/workspaces/no-workspace";
import { readPageSession } from "@/server/platform/auth/page-session";

/** The start: the first workspace's registry spaces. */
export default async function StartPage() {
  const session = await readPageSession();
  if (!session) redirect("/sign-in");
  const [first] = session.me.workspaces;
  if (first) redirect(`/w/${first.slug}/spaces`);
  return (
    <main className="flex min-h-dvh flex-col px-6 py-6">
      <Logo />
      <NoWorkspace email={session.me.user.email} />
    </main>
  );
}
