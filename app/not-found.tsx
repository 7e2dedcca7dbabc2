import { ButtonLink } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { LogoMark } from "@/components/ui/logo";

export const metadata = { title: "Not found" };

/** Unknown, gone, or somebody else's: deliberately the same answer. */
export default function NotFound() {
  return (
    <main className="flex min-h-dvh items-center justify-center p-4">
      <EmptyState
        icon={<LogoMark className="size-8 text-ink" />}
        title={<h1>There is nothing here</h1>}
        description="The page does not exist, or it belongs to a workspace that you are not a member of."
        action={<ButtonLink href="/">Go to the start</ButtonLink>}
      />
    </main>
  );
}
