"use client";

import { ErrorState } from "@/components/ui/error-state";

/** A page failed while rendering. The digest is what the server's log has under the same name. */
export default function PageError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <main className="flex min-h-dvh items-center justify-center p-4">
      <ErrorState
        problem={{
          title: "This page could not be shown",
          detail: "Nothing was changed. Try again; if it stays, quote the id below.",
          requestId: error.digest,
        }}
        onRetry={reset}
      />
    </main>
  );
}
