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

/** What is done to something with a name: `…` stands for it. */
const ACTS: Record<string, string> = {
  "invitation.created": "invited …",
  "invitation.revoked": "took back the invitation of …",
  "member.appointed": "made … an admin",
  "member.joined": "joined as …",
  "member.left": "left the workspace",
  "member.removed": "removed the member …",
  "member.role-changed": "changed the role of …",
  "notification-delivery.retried": "had a notification sent once more: …",
  "notification-target.changed": "changed the notification target …",
  "notification-target.created": "added the notification target …",
  "notification-target.removed": "removed the notification target …",
  "notification-target.secret-rotated": "gave the notification target … a new signing secret",
  "notification-target.tested": "sent a test to the notification target …",
  "password-link.created": "made a link for … to choose a password",
  "password.changed": "changed the password of …",
  "password.chosen": "chose a password by a link, for …",
  "session.ended": "ended a session of …",
  "session.refused": "sign in as …",
  "session.started": "signed in as …",
  "sessions.ended": "ended the sessions of …",
  "token.created": "made the token …",
  "token.revoked": "revoked the token …",
  "user.created": "created the account of …",
  "user.linked": "linked … to a sign-in from elsewhere",
  "user.registered": "registered as …",
  "user.updated": "changed the account of …",
  "workspace.created": "created the workspace …",
  "workspace.deleted": "deleted the workspace …",
  "workspace.renamed": "renamed the workspace to …",
};

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
  const refused = outcome === "refused" ? "was refused: " : "";
  if (Object.hasOwn(ACTS, action)) return `${refused}${ACTS[action]?.replace(" …", name)}`;
  const [word = "", verb = ""] = action.split(/\.(.*)/);
  if (word === "refused") {
    const why = typeof data.title === "string" ? ` (${data.status} ${data.title})` : "";
    return `was refused “${typeof data.summary === "string" ? data.summary : verb}”${why}`;
  }
  if (word === "done" && typeof data.summary === "string") return `asked for “${data.summary}”`;
  if (VERBS[verb] !== undefined) return `${VERBS[verb]} ${thingOf(word)}${name}`;
  const words = `${word} ${verb}`.replaceAll(/[-_.]+/g, " ").trim();
  return `${refused}${words}${name === "" ? "" : `:${name}`}`;
}
