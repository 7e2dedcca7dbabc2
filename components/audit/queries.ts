import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { type AuditFilter, exportAudit, exportPlatformAudit, listAudit, listPlatformAudit } from "@/contracts/audit";
import { callOperation, operationUrl } from "@/contracts/call";

/** Whose log: a workspace's, or the platform's (null). */
export type AuditPlace = string | null;

export function useAudit(workspaceId: AuditPlace, filter: AuditFilter) {
  return useInfiniteQuery({
    queryKey: ["audit", workspaceId, filter],
    queryFn: ({ pageParam, signal }) => {
      const query = { ...filter, ...(pageParam ? { cursor: pageParam } : {}) };
      return workspaceId === null
        ? callOperation(listPlatformAudit, { query }, { signal })
        : callOperation(listAudit, { params: { workspaceId }, query }, { signal });
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
  });
}

export function auditFileUrl(workspaceId: AuditPlace, query: AuditFilter): string {
  return workspaceId === null
    ? operationUrl(exportPlatformAudit, { query })
    : operationUrl(exportAudit, { params: { workspaceId }, query });
}
