import type { AuditEventDto } from "@/contracts/history";
import { spacePath } from "./space-path";

/** Where an event of the history can be looked at: its run, else the tab that it is about. Null when there is no such place. */
export function historyTarget(
  event: Pick<AuditEventDto, "action" | "resourceType" | "resourceId" | "data">,
  workspaceSlug: string,
  spaceId: string,
): { href: string; label: string } | null {
  const runId = event.resourceType === "run" ? event.resourceId : event.data.runId;
  if (typeof runId === "string" && runId !== "") {
    return { href: spacePath(workspaceSlug, spaceId, "runs", runId), label: "Open the run" };
  }
  const [area, verb] = event.action.split(".");
  if (area === "rules" && verb !== "delete") {
    return { href: spacePath(workspaceSlug, spaceId, "reclaim"), label: "Rules" };
  }
  if (area === "bin") return { href: spacePath(workspaceSlug, spaceId, "recycle-bin"), label: "Recycle bin" };
  if (event.action === "spaces.update")
    return { href: spacePath(workspaceSlug, spaceId, "settings"), label: "Settings" };
  return null;
}
