import { ROLES, type Role } from "./permissions";

/** The role that allows less: what is left of a member's when they act through a token. Roles are listed from the one that may most. */
export function lesserRole(one: Role, other: Role): Role {
  return ROLES.indexOf(one) > ROLES.indexOf(other) ? one : other;
}
