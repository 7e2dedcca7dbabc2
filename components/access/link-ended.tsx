import type { ReactNode } from "react";
import { ButtonLink } from "../ui/button";

/** What is left of a link that is good for nothing any more. */
export function LinkEnded({ children }: { children: ReactNode }) {
  return (
    <div className="flex flex-col gap-5">
      <p className="text-md text-muted">{children}</p>
      <ButtonLink href="/" size="lg" className="w-full">
        To the console
      </ButtonLink>
    </div>
  );
}
