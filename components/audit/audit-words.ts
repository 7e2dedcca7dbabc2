import type { AuditEntryDto } from "@/contracts/audit";

/** Who stands behind an entry, with the token that they acted through. */
export function actorText({ actor }: Pick<AuditEntryDto, "actor">): string {
  if (actor.kind === "robot") return `${actor.name} (a token of the workspace)`;
  if (actor.kind === "database") return `${actor.name} (straight in the database, not through the console)`;
  return actor.tokenName === null ? actor.name : `${actor.name}, through the token “${actor.tokenName}”`;
}

/** A value as it can be read: texts as they are, everything else as JSON. */
export function valueText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value, null, 1);
}
