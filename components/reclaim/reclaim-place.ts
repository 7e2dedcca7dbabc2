import type { Permission } from "@/domain/access/permissions";

/** The space whose rules are shown, and what whoever looks at them may do there. */
export type ReclaimPlace = {
  workspaceId: string;
  workspaceSlug: string;
  spaceId: string;
  permissions: readonly Permission[];
};
