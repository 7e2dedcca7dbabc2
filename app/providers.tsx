"use client";

import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { ThemeProvider } from "next-themes";
import { NuqsAdapter } from "nuqs/adapters/next/app";
import { Tooltip } from "radix-ui";
import { type ReactNode, useState } from "react";
import { signInHref } from "@/components/access/return-path";
import { Toaster } from "@/components/ui/toaster";
import { ProblemError } from "@/contracts/call";

const SIGN_IN_PATH = "/sign-in";
const MAX_RETRIES = 2;

/** What every page lives in: theme, URL state, the query cache, tooltips, toasts. */
export function Providers({ nonce, children }: { nonce: string; children: ReactNode }) {
  const [queryClient] = useState(createQueryClient);
  return (
    <ThemeProvider attribute="data-theme" defaultTheme="system" enableSystem disableTransitionOnChange nonce={nonce}>
      <NuqsAdapter>
        <QueryClientProvider client={queryClient}>
          <Tooltip.Provider delayDuration={400} skipDelayDuration={200}>
            {children}
            <Toaster />
          </Tooltip.Provider>
        </QueryClientProvider>
      </NuqsAdapter>
    </ThemeProvider>
  );
}

function createQueryClient(): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({ onError: leaveWhenSignedOut }),
    mutationCache: new MutationCache({ onError: leaveWhenSignedOut }),
    defaultOptions: {
      queries: { staleTime: 10_000, retry: (failures, error) => failures < MAX_RETRIES && isWorthRetrying(error) },
      // Tried at once and refused without a connection: one that waits for it would run minutes after the press, unasked.
      mutations: { retry: false, networkMode: "always" },
    },
  });
}

/** A refusal (4xx) stays one however often it is asked; a lost connection or a 5xx may pass. */
function isWorthRetrying(error: unknown): boolean {
  return !(error instanceof ProblemError) || error.problem.status === 0 || error.problem.status >= 500;
}

/** A session that was revoked or ran out shows itself as 401 on any call: the whole document goes, and no stale data with it. */
function leaveWhenSignedOut(error: unknown): void {
  if (!(error instanceof ProblemError) || error.problem.status !== 401) return;
  if (window.location.pathname === SIGN_IN_PATH) return;
  window.location.assign(signInHref(`${window.location.pathname}${window.location.search}`));
}
