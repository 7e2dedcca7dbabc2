import type { QueryClient } from "@tanstack/react-query";

/**
 * Has all that is on screen read again, but for the run itself: it has just ended. What is being read for the first time is stopped before,
 * since the answer may be of the moment before the end, and the cache would take it for the new one.
 */
export async function readAgain(queryClient: QueryClient, runId: string): Promise<void> {
  const predicate = ({ queryKey }: { queryKey: readonly unknown[] }) =>
    !(queryKey[0] === "run" && queryKey[2] === runId);
  await queryClient.cancelQueries({ predicate });
  await queryClient.invalidateQueries({ predicate });
}
