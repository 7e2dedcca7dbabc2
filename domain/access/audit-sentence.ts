import { auditText } from "../history/audit-text";

const THINGS: Record<string, string> = {
  api_tokens: "API token",
  gc_requests: "request for garbage collection",
  gc_schedules: "schedule of garbage collection",
  invitations: "invitation",
  lifecycle_policies: "lifecycle policy",
  members: "member",
  notification_targets: "notification target",
  password_links: "password link",
  pins: "pin",
  platform_rules: "platform's protect rule",
  platform_settings: "platform's settings",
  reclaim_rules: "reclaim rule",
  registries: "registry",
  space_bindings: "binding of a registry space",
  spaces: "registry space",
  user_identities: "identity of a person",
  users: "person",
  workspaces: "workspace",
};
const VERBS: Record<string, string> = { insert: "added the", update: "changed the", delete: "removed the" };

/** What people call a row of a table. */
export function thingOf(tableName: string): string {
  return THINGS[tableName] ?? tableName.replaceAll("_", " ");
}

interface AuditFacts {
  action: string;
  outcome: string;
  targetName: string | null;
  data: Record<string, unknown>;
}

/** One plain sentence for an event of the audit log, without its subject: "changed the member “Bo”". Actions that nobody gave a sentence read as they are. */
export function auditSentence({ action, outcome, targetName, data }: AuditFacts): string {
  const told = auditText(action, data);
  if (told !== action) return outcome === "refused" ? `was refused: ${told}` : told;
  const name = targetName === null || targetName === "" ? "" : ` “${targetName}”`;
  const [word = "", verb = ""] = action.split(/\.(.*)/);
  if (word === "refused") {
    const why = typeof data.title === "string" ? ` (${data.status} ${data.title})` : "";
    return `was refused “${typeof data.summary === "string" ? data.summary : verb}”${why}`;
  }
  if (word === "done" && typeof data.summary === "string") return `asked for “${data.summary}”`;
  if (VERBS[verb] !== undefined) return `${VERBS[verb]} ${thingOf(word)}${name}`;
  const words = `${word} ${verb}`.replaceAll(/[-_.]+/g, " ").trim();
  return `${outcome === "refused" ? "was refused: " : ""}${words}${name === "" ? "" : `:${name}`}`;
}
