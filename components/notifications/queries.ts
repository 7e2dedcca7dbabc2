import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { z } from "zod";
import { callOperation } from "@/contracts/call";
import {
  createNotificationTarget,
  deleteNotificationTarget,
  listNotificationDeliveries,
  listNotificationTargets,
  retryNotificationDelivery,
  rotateSigningSecret,
  testNotificationTarget,
  updateNotificationTarget,
} from "@/contracts/webhooks";
import type { DeliveryState } from "@/domain/notifications/notification-event";

const REFRESH_MS = 10_000;

const notificationKeys = {
  all: (workspaceId: string) => ["notifications", workspaceId] as const,
  targets: (workspaceId: string) => ["notifications", workspaceId, "targets"] as const,
  deliveries: (workspaceId: string, filter: DeliveryFilter) =>
    ["notifications", workspaceId, "deliveries", filter] as const,
};

export interface DeliveryFilter {
  state?: DeliveryState | undefined;
  targetId?: string | undefined;
}

export function useTargets(workspaceId: string) {
  return useQuery({
    queryKey: notificationKeys.targets(workspaceId),
    queryFn: ({ signal }) => callOperation(listNotificationTargets, { params: { workspaceId } }, { signal }),
    refetchInterval: REFRESH_MS,
  });
}

/** What was sent, newest first; looked at again while it is on screen, since retries go on by themselves. */
export function useDeliveries(workspaceId: string, filter: DeliveryFilter) {
  return useInfiniteQuery({
    queryKey: notificationKeys.deliveries(workspaceId, filter),
    queryFn: ({ pageParam, signal }) => {
      const query = { ...filter, limit: 50, ...(pageParam ? { cursor: pageParam } : {}) };
      return callOperation(listNotificationDeliveries, { params: { workspaceId }, query }, { signal });
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.nextCursor,
    refetchInterval: REFRESH_MS,
  });
}

/** Whatever is changed here, the targets and the log may look different. */
function useNotificationChange<Input, Output>(workspaceId: string, mutationFn: (input: Input) => Promise<Output>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    onSettled: () => client.invalidateQueries({ queryKey: notificationKeys.all(workspaceId) }),
  });
}

export function useCreateTarget(workspaceId: string) {
  return useNotificationChange(workspaceId, (body: z.input<(typeof createNotificationTarget)["body"]>) =>
    callOperation(createNotificationTarget, { params: { workspaceId }, body }),
  );
}

export function useUpdateTarget(workspaceId: string) {
  return useNotificationChange(
    workspaceId,
    ({ targetId, ...body }: { targetId: string } & z.input<(typeof updateNotificationTarget)["body"]>) =>
      callOperation(updateNotificationTarget, { params: { workspaceId, targetId }, body }),
  );
}

export function useDeleteTarget(workspaceId: string) {
  return useNotificationChange(workspaceId, (targetId: string) =>
    callOperation(deleteNotificationTarget, { params: { workspaceId, targetId } }),
  );
}

export function useTestTarget(workspaceId: string) {
  return useNotificationChange(workspaceId, (targetId: string) =>
    callOperation(testNotificationTarget, { params: { workspaceId, targetId } }),
  );
}

export function useRotateSecret(workspaceId: string) {
  return useNotificationChange(workspaceId, (targetId: string) =>
    callOperation(rotateSigningSecret, { params: { workspaceId, targetId } }),
  );
}

export function useRetryDelivery(workspaceId: string) {
  return useNotificationChange(workspaceId, (deliveryId: string) =>
    callOperation(retryNotificationDelivery, { params: { workspaceId, deliveryId } }),
  );
}
