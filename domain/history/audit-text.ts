import { keepText } from "@/domain/rules/lifecycle-policy";

type Data = Record<string, unknown>;

const text = (value: unknown): string => (typeof value === "string" || typeof value === "number" ? String(value) : "?");
const count = (value: unknown, one: string, many: string): string => {
  const n = Array.isArray(value) ? value.length : 0;
  return n === 1 ? `1 ${one}` : `${n} ${many}`;
};

const numberOrNull = (value: unknown): number | null => (typeof value === "number" ? value : null);
const isByPolicy = ({ rules }: Data): boolean =>
  Array.isArray(rules) && rules.some((rule: Data) => rule.lifecycle !== undefined);

const untilText = ({ expiresAt }: Data): string =>
  typeof expiresAt === "string" ? ` until ${expiresAt.slice(0, 16).replace("T", " ")} UTC` : "";
const firstImage = ({ images }: Data): string => {
  const [name] = Array.isArray(images) ? images : [];
  return typeof name === "string" ? name.slice(0, name.indexOf(":") + 13) : "an image";
};

/** The start of a run of what somebody chose. */
function byHandText(data: Data): string {
  const n = data.chosenCount;
  const chosen = (noun: string) =>
    typeof n === "number" ? `${n} ${noun}${n === 1 ? "" : "s"}` : `all ${noun}s that a filter finds`;
  const why = typeof data.reason === "string" ? ` (${data.reason})` : "";
  if (data.byHand === "untag") {
    const too = data.recycleDigests === true ? ", with digests that are left without one" : "";
    return `started to delete ${chosen("tag")} by hand${too}${why}`;
  }
  return data.skipBin === true
    ? `started to destroy ${chosen("image")} for good, without the recycle bin${why}`
    : `started to move ${chosen("image")} to the recycle bin by hand${why}`;
}

const SENTENCES: Record<string, (data: Data) => string> = {
  "spaces.create": (data) => `created the registry space ${text(data.name)} (${text(data.prefix)})`,
  "spaces.update": (data) => {
    const parts = [
      data.name === undefined ? null : `renamed the registry space to ${text(data.name)}`,
      data.binRetentionDays === undefined
        ? null
        : `set the recycle bin to keep entries for ${text(data.binRetentionDays)} days`,
      data.confirmSharePercent === undefined
        ? null
        : data.confirmSharePercent === 100
          ? "let runs of any size start without a confirmation"
          : `had runs that take more than ${text(data.confirmSharePercent)} % of the images wait for a confirmation`,
      Array.isArray(data.ignoredPullers)
        ? data.ignoredPullers.length === 0
          ? "let every pull count"
          : `left pulls by ${data.ignoredPullers.join(", ")} out`
        : null,
      data.isPublic === undefined
        ? null
        : data.isPublic === true
          ? "made the registry space public"
          : "made the registry space private",
    ];
    return parts.filter((part) => part !== null).join(" and ");
  },
  "spaces.bind": (data) => `bound the registry space to ${text(data.names)}`,
  "spaces.unbind": (data) => `took the registry space away from ${text(data.name)}`,
  "spaces.remove": (data) => `removed the registry space ${text(data.name)} (${text(data.prefix)})`,
  "registries.attach": (data) => `attached the registry ${text(data.name)} (${text(data.url)})`,
  "registries.update": (data) => `changed the registry ${text(data.name)} (${text(data.url)})`,
  "registries.check": (data) => `asked the registry ${text(data.name)} whether it is well`,
  "registries.detach": (data) => `detached the registry ${text(data.name)} (${text(data.url)})`,
  "rules.create": (data) => `created the rule “${text(data.name)}”`,
  "rules.update": (data) => `edited the rule “${text(data.name)}” (revision ${text(data.revision)})`,
  "rules.enable": (data) => `enabled the rule “${text(data.name)}”`,
  "rules.disable": (data) => `disabled the rule “${text(data.name)}”`,
  "rules.delete": (data) => `deleted the rule “${text(data.name)}”`,
  "reclaim.start": (data) =>
    typeof data.byHand === "string"
      ? byHandText(data)
      : `started a reclaim with ${isByPolicy(data) ? count(data.ruleIds, "lifecycle policy", "lifecycle policies") : count(data.ruleIds, "rule", "rules")}`,
  "reclaim.preview": (data) => `previewed ${previewedText(data)}`,
  "reclaim.confirm": (data) =>
    `confirmed a reclaim of ${text(data.images)} of ${text(data.imagesTotal)} images${
      data.reason === "tags" ? `, and of ${text(data.tags)} of ${text(data.tagsTotal)} tags` : ""
    }`,
  "reclaim.cancel": () => "cancelled a reclaim",
  "restore.start": (data) => `started to restore ${entriesText(data)}`,
  "restore.cancel": () => "cancelled a restore",
  "purge.start": (data) => `started to purge ${entriesText(data)} for good`,
  "purge.cancel": () => "cancelled a purge",
  "gc.start": (data) => `started a garbage collection${data.isDryRun === true ? " (dry run)" : ""}`,
  "gc.request": (data) =>
    `asked for garbage collection of ${text(data.name)} to be enabled${data.note ? `: ${text(data.note)}` : ""}`,
  "gc.enable": (data) => `enabled garbage collection for ${text(data.name)}`,
  "gc.disable": (data) => `disabled garbage collection for ${text(data.name)}`,
  "gc.schedule": (data) =>
    data.isEnabled === false
      ? `switched the schedule of garbage collection off`
      : `scheduled garbage collection: ${text(data.expression)} (${text(data.timeZone)})`,
  "gc.unschedule": () => "removed the schedule of garbage collection",
  "gc.undo": () => "had what a garbage collection took put back",
  "gc.cancel": () => "cancelled a garbage collection",
  "platform.stop_reclaims": (data) => `stopped all reclaims of the platform: ${text(data.reason)}`,
  "platform.allow_reclaims": () => "let reclaims run again on the platform",
  "lifecycle.set": (data) =>
    data.isEnabled === false
      ? `switched ${lifecycleName(data)} off`
      : `set ${lifecycleName(data)} to reserve ${keepText({ keepLatestTags: numberOrNull(data.keepLatestTags), keepDays: numberOrNull(data.keepDays) })}`,
  "lifecycle.remove": (data) => `removed ${lifecycleName(data)}`,
  "workspaces.tag-quota": (data) => `set the tag quota to ${text(data.tagQuota)}`,
  "platform-rules.create": (data) => `set the platform's protect rule “${text(data.name)}”`,
  "platform-rules.update": (data) =>
    `changed the platform's protect rule “${text(data.name)}” (revision ${text(data.revision)})`,
  "platform-rules.delete": (data) => `deleted the platform's protect rule “${text(data.name)}”`,
  "pins.create": (data) =>
    `pinned ${data.count === 1 ? "an image" : `${text(data.count)} images`}${untilText(data)}: ${text(data.reason)}`,
  "pins.update": (data) => `changed the pin of ${firstImage(data)}${untilText(data)}`,
  "pins.delete": (data) => `ended the pin of ${firstImage(data)}: ${text(data.reason)}`,
  "bin.recycle": (data) => `moved ${text(data.image)} to the recycle bin`,
  "bin.untag": (data) => `untagged ${text(data.image)}`,
  "bin.restore": (data) => `restored ${text(data.image)}`,
  "bin.give_up": (data) =>
    data.isHalfMade === true
      ? `gave up the half-made copy of ${text(data.image)}`
      : `gave up the failed ${text(data.failed)} of ${text(data.image)}; it stays in the recycle bin`,
  "bin.check": (data) =>
    `had ${data.count === 1 ? "the image" : `${text(data.count)} images`} in the recycle bin read back`,
  "crawls.start": () => "had the registry space read again",
  "crawls.cancel": () => "cancelled a reading of the registry space",
  "bin.purge": (data) => `purged ${text(data.image)} for good`,
};

/** What was chosen of the bin: named entries, or what a filter found. */
function entriesText(data: Data): string {
  if (Array.isArray(data.entryIds)) return count(data.entryIds, "image", "images");
  if (typeof data.entryCount !== "number") return "what a filter found in the recycle bin";
  return `${data.entryCount} ${data.entryCount === 1 ? "image" : "images"}`;
}

/** What a preview was of: a rule that is being written, saved ones, or what a lifecycle policy would take. */
function previewedText(data: Data): string {
  const draft = data.draft as { name?: unknown } | null | undefined;
  if (draft) return `the rule “${text(draft.name)}” before it was saved`;
  if (isByPolicy(data)) return "what a lifecycle policy would take";
  return Array.isArray(data.ruleIds) ? count(data.ruleIds, "rule", "rules") : "what a reclaim would take";
}

function lifecycleName(data: Data): string {
  return typeof data.repositoryName === "string"
    ? `the automatic clearing policy of ${data.repositoryName}`
    : "the lifecycle policy";
}

/** One plain sentence for an audit event, without its subject: "created the rule “old”". */
export function auditText(action: string, data: Data): string {
  return SENTENCES[action]?.(data) ?? action;
}
