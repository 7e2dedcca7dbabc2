import type { Role } from "@/domain/access/permissions";

export const ROLE_LABEL: Record<Role, string> = { admin: "Admin", editor: "Editor", viewer: "Viewer" };

/** The roles to choose from, with what each is for; what it may do in detail stands in the table of permissions. */
export const ROLE_OPTIONS = [
  { value: "admin", label: "Admin", hint: "Everything: rules, collections, members" },
  { value: "editor", label: "Editor", hint: "Pushes, recycles and restores images" },
  { value: "viewer", label: "Viewer", hint: "Browses and pulls" },
] as const satisfies { value: Role; label: string; hint: string }[];
