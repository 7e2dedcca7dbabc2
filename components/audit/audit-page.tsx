import { LockKeyhole } from "lucide-react";
import { EmptyState } from "../ui/empty-state";
import { PageHeader } from "../ui/page-header";
import { AuditLog } from "./audit-log";

/** The audit log of a workspace, for its admins. */
export function AuditPage({ workspaceId, isAllowed }: { workspaceId: string; isAllowed: boolean }) {
  return (
    <>
      <PageHeader
        title="Audit"
        description="Every change in this workspace and every refused request: who, from where, what it was before and after. Nobody can change or delete an entry."
      />
      {isAllowed ? (
        <AuditLog workspaceId={workspaceId} />
      ) : (
        <EmptyState
          icon={<LockKeyhole />}
          title="Only workspace admins can read the audit log"
          description="What happened in a registry space is in its History, which every member may read."
        />
      )}
    </>
  );
}
