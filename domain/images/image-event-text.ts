/** What a sentence about an event of an image is made of. */
export interface ImageEventFacts {
  kind: string;
  tag: string | null;
  digest: string;
  actorName: string | null;
  userAgent: string | null;
  runId: string | null;
  ruleId: string | null;
  ruleName: string | null;
  ruleRevision: number | null;
  otherDigest: string | null;
  reason: string | null;
}

const DIGEST_SHOWN = 19;
const AGENT_SHOWN = 60;

/**
 * One plain sentence for what happened to a tag or digest, without its subject: "tag v1 moved from sha256:ab… to sha256:cd… by
 * eddi with skopeo/1.9". What is not known is left out, never guessed.
 */
export function imageEventText(event: ImageEventFacts): string {
  const make = SENTENCES[event.kind];
  return make === undefined ? event.kind : make(event);
}

const SENTENCES: Record<string, (event: ImageEventFacts) => string> = {
  pushed: (event) => `pushed${asTag(event)}${inPlaceOf(event)}${by(event)}`,
  tagged: (event) => `tagged${event.tag === null ? "" : ` ${event.tag}`}${inPlaceOf(event)}${by(event)}`,
  overwritten: (event) =>
    event.otherDigest === null
      ? `${tag(event)} moved to another image${by(event)}`
      : `${tag(event)} moved from ${short(event.digest)} to ${short(event.otherDigest)}${by(event)}`,
  untagged: (event) => `${tag(event)} removed${byRule(event)}; the image stayed`,
  gone: (event) => `deleted at the registry${by(event)}, past the recycle bin`,
  recycled: (event) => `moved to the recycle bin${byRule(event)}`,
  restored: (event) => `restored from the recycle bin${asTag(event)}${by(event)}${because(event)}`,
  purged: (event) => `purged for good${by(event)}${because(event)}`,
  pinned: (event) => `pinned${by(event)}${because(event)}`,
  unpinned: (event) => `unpinned${by(event)}${because(event)}`,
};

function short(digest: string): string {
  return digest.length > DIGEST_SHOWN ? `${digest.slice(0, DIGEST_SHOWN)}…` : digest;
}

function tag(event: ImageEventFacts): string {
  return event.tag === null ? "a tag" : `tag ${event.tag}`;
}

function asTag(event: ImageEventFacts): string {
  return event.tag === null ? "" : ` as ${event.tag}`;
}

function inPlaceOf(event: ImageEventFacts): string {
  return event.otherDigest === null ? "" : ` in place of ${short(event.otherDigest)}`;
}

/** A person with a program, or what of both is known. */
function by({ actorName, userAgent }: ImageEventFacts): string {
  const program = userAgent === null || userAgent === "" ? null : programOf(userAgent);
  if (actorName) return program === null ? ` by ${actorName}` : ` by ${actorName} with ${program}`;
  return program === null ? "" : ` with ${program}`;
}

/** The first product of a user agent: the rest is of no use to people. */
function programOf(userAgent: string): string {
  const first = userAgent.trim().split(/\s/)[0] ?? "";
  return first.length > AGENT_SHOWN ? `${first.slice(0, AGENT_SHOWN)}…` : first;
}

function byRule(event: ImageEventFacts): string {
  if (event.ruleName === null && event.ruleId === null) return `${by(event)}${because(event)}`;
  const name = event.ruleName === null ? "a rule" : `rule “${event.ruleName}”`;
  const revision = event.ruleRevision === null ? "" : ` (revision ${event.ruleRevision})`;
  const starter = event.actorName ? `, in a run of ${event.actorName}` : "";
  return ` by ${name}${revision}${starter}`;
}

/** Why, without the name that `by` has said already. */
function because({ actorName, reason }: ImageEventFacts): string {
  const named = `by hand: ${actorName}`;
  const why = reason?.startsWith(named) ? reason.slice(named.length).replace(/^[,;] /, "") : reason;
  return why ? `: ${why}` : "";
}
