/** What the audit log can be narrowed to: actions begin with one of these words and a dot. */
export const AUDIT_AREAS = [
  {
    id: "people",
    name: "People and sign-in",
    words: [
      "user",
      "users",
      "user_identities",
      "password_links",
      "session",
      "sessions",
      "sign-in",
      "password",
      "password-link",
      "account",
    ],
  },
  { id: "members", name: "Members", words: ["member", "members", "invitation", "invitations"] },
  { id: "tokens", name: "Tokens", words: ["token", "tokens", "api_tokens"] },
  { id: "workspaces", name: "Workspaces", words: ["workspace", "workspaces"] },
  { id: "registries", name: "Registries", words: ["registry", "registries"] },
  { id: "spaces", name: "Spaces", words: ["space", "spaces", "space_bindings", "crawl", "crawls"] },
  {
    id: "rules",
    name: "Rules and policies",
    words: ["rule", "rules", "reclaim_rules", "platform-rules", "platform_rules", "lifecycle", "lifecycle_policies"],
  },
  { id: "images", name: "Images and pins", words: ["image", "images", "pin", "pins", "untag"] },
  { id: "runs", name: "Reclaims", words: ["reclaim", "preview"] },
  { id: "bin", name: "Recycle bin", words: ["bin", "restore", "purge"] },
  { id: "gc", name: "Garbage collection", words: ["gc", "gc_schedules", "gc_requests"] },
  {
    id: "notifications",
    name: "Notifications",
    words: [
      "notification",
      "notifications",
      "webhook",
      "webhooks",
      "notification_targets",
      "notification-target",
      "notification-delivery",
    ],
  },
  { id: "platform", name: "Platform", words: ["platform", "platform_settings"] },
  { id: "requests", name: "Other requests", words: ["done"] },
  { id: "refusals", name: "Refused requests", words: ["refused"] },
] as const;

export type AuditAreaId = (typeof AUDIT_AREAS)[number]["id"];
export const AUDIT_AREA_IDS = AUDIT_AREAS.map(({ id }) => id) as [AuditAreaId, ...AuditAreaId[]];

/** The beginnings of actions in an area. */
export function auditPrefixes(id: AuditAreaId): string[] {
  return (AUDIT_AREAS.find((area) => area.id === id)?.words ?? []).map((word) => `${word}.`);
}
