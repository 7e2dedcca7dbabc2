import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { z } from "zod";
import { changePassword, endSession, endSessions, listSessions, updateMe } from "@/contracts/account";
import { callOperation } from "@/contracts/call";

const accountKeys = { sessions: ["account", "sessions"] as const };

/** Where one is signed in. */
export function useSessions() {
  return useQuery({
    queryKey: accountKeys.sessions,
    queryFn: ({ signal }) => callOperation(listSessions, {}, { signal }),
  });
}

function useSessionsChange<Input, Output>(change: (input: Input) => Promise<Output>) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: () => queryClient.invalidateQueries({ queryKey: accountKeys.sessions }),
  });
}

export function useEndSession() {
  return useSessionsChange((sessionId: string) => callOperation(endSession, { params: { sessionId } }));
}

export function useEndSessions() {
  return useSessionsChange((keepCurrent: boolean) => callOperation(endSessions, { body: { keepCurrent } }));
}

/** Errors: unprocessable with `errors` by field; too_many_requests. */
export function useChangePassword() {
  return useSessionsChange((body: z.input<typeof changePassword.body>) => callOperation(changePassword, { body }));
}

export function useUpdateMe() {
  return useMutation({ mutationFn: (name: string) => callOperation(updateMe, { body: { name } }) });
}
