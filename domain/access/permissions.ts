/** The one table of who may do what inside a workspace; read by the API wrapper, the token server and the access page. */
export const ROLES = ["admin", "editor", "viewer"] as const;
export type Role = (typeof ROLES)[number];

export const PERMISSIONS = {
  "workspace.read": {
    sentence: "See the workspace, its members and its registries",
    roles: ["admin", "editor", "viewer"],
  },
  "members.write": { sentence: "Invite people, change their roles and remove them", roles: ["admin"] },
  "registries.write": { sentence: "Attach registries, test and change them", roles: ["admin"] },
  "spaces.read": { sentence: "See registry spaces and their settings", roles: ["admin", "editor", "viewer"] },
  "spaces.write": { sentence: "Create registry spaces and change their settings", roles: ["admin"] },
  "images.read": { sentence: "Browse and pull images", roles: ["admin", "editor", "viewer"] },
  "images.push": { sentence: "Push images", roles: ["admin", "editor"] },
  "images.sync": { sentence: "Read the registry again", roles: ["admin", "editor"] },
  "images.recycle": { sentence: "Move images to the recycle bin", roles: ["admin", "editor"] },
  "images.pin": { sentence: "Pin images, and end pins of one's own", roles: ["admin", "editor"] },
  "rules.read": { sentence: "See reclaim rules", roles: ["admin", "editor", "viewer"] },
  "rules.write": { sentence: "Create, edit, disable and delete reclaim rules", roles: ["admin"] },
  "reclaim.preview": { sentence: "Preview what a rule would reclaim", roles: ["admin", "editor"] },
  "reclaim.run": { sentence: "Run reclaim rules", roles: ["admin"] },
  "bin.read": { sentence: "See the recycle bin", roles: ["admin", "editor", "viewer"] },
  "bin.restore": { sentence: "Restore images from the recycle bin", roles: ["admin", "editor"] },
  "bin.purge": { sentence: "Purge images from the recycle bin for good", roles: ["admin"] },
  "gc.read": { sentence: "See unused data and garbage collections", roles: ["admin", "editor", "viewer"] },
  "gc.run": { sentence: "Run and cancel garbage collections", roles: ["admin"] },
  "history.read": { sentence: "See runs and history", roles: ["admin", "editor", "viewer"] },
  "audit.read": { sentence: "Read the audit log: every change and every refusal", roles: ["admin"] },
  "tokens.read": { sentence: "See the workspace's tokens, never their secrets", roles: ["admin", "editor", "viewer"] },
  "tokens.write": { sentence: "Make and revoke the workspace's tokens", roles: ["admin"] },
  "runs.cancel": { sentence: "Cancel a run", roles: ["admin"] },
  "notifications.read": { sentence: "See where notifications go and what was sent", roles: ["admin", "editor"] },
  "notifications.write": { sentence: "Add, test and change notifications", roles: ["admin"] },
} as const satisfies Record<string, { sentence: string; roles: readonly Role[] }>;

export type Permission = keyof typeof PERMISSIONS;

/** Whether a role has a permission. Fails closed: an unknown role or permission has nothing. */
export function roleCan(role: string, permission: string): boolean {
  // Its own names only: every object has a `toString`.
  if (!Object.hasOwn(PERMISSIONS, permission)) return false;
  const row = (PERMISSIONS as Record<string, { roles: readonly string[] }>)[permission];
  return row?.roles.includes(role) ?? false;
}
