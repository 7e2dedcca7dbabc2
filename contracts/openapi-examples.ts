import { RULE_TEMPLATES } from "@/domain/rules/templates";
import type { JsonSchema } from "./openapi-schemas";

const SHORT_KINDS: Record<string, string> = { workspaceId: "ws", registryId: "reg", spaceId: "spc", entryId: "bin" };
const IMAGE = { repositoryName: "acme/web", digest: `sha256:${"4f53cda18c2baa0c0354bb5f9a3ecbe5".repeat(2)}` };
const TEMPLATE = RULE_TEMPLATES.find(({ id }) => id === "latest-and-recent") ?? RULE_TEMPLATES[0];
const DEFINITION = TEMPLATE?.definition;
const KEEP = { keepLatestTags: 50, keepDays: 90 };

/** Bodies that say more than one that is made from the schema, by operation. */
const BODIES: Record<string, unknown> = {
  attachRegistry: { name: "Build registry", url: "https://registry.example.com", auth: "none", isPlatformWide: false },
  testRegistry: { url: "https://registry.example.com", auth: "none" },
  updateRegistry: { name: "Build registry" },
  createSpace: { name: "Acme", registryId: sampleId("registryId"), prefix: "acme" },
  updateSpace: { binRetentionDays: 14, confirmSharePercent: 30 },
  createRule: { name: "Old builds", definition: DEFINITION },
  createRules: { rules: [{ name: "Old builds", definition: DEFINITION }] },
  updateRule: { revision: 1, isEnabled: false },
  testRule: { select: DEFINITION?.select, when: DEFINITION?.when },
  importRules: { text: '{"algorithm":"or","rules":[]}' },
  previewReclaim: { draft: { name: "Old builds", definition: DEFINITION } },
  startReclaim: { all: true },
  createPlatformRule: { name: "Releases stay", definition: { ...DEFINITION, effect: "protect" } },
  updatePlatformRule: { revision: 1, isEnabled: false },
  setLifecycle: { revision: 0, isEnabled: true, ...KEEP },
  tryLifecycle: KEEP,
  setSpaceLifecycle: { revision: 0, ...KEEP },
  previewSpaceLifecycle: KEEP,
  measureImages: { selection: { filter: { state: "untagged", olderThanDays: 30 } } },
  startRecycle: { selection: { images: [IMAGE] }, reason: "outdated" },
  startUntag: { tags: [{ ...IMAGE, tag: "1.4.2" }] },
  createPins: { images: [IMAGE], reason: "runs at a customer", days: 90 },
  checkRestore: { entryIds: [sampleId("entryId")] },
  startRestore: { entryIds: [sampleId("entryId")], onTagConflict: "keep_current" },
  startPurge: { filter: { olderThanDays: 30 }, typedName: "acme" },
  startGc: { deleteUntagged: true, isDryRun: true },
  requestGc: { note: "We are nearly full." },
  setGcSchedule: { expression: "0 3 * * SUN", timeZone: "Europe/Berlin", deleteUntagged: true, revision: 0 },
  stopAllReclaims: { reason: "Wrong images go." },
};

/** A body that an operation takes: a telling one where there is one, else one that is made from its schema. */
export function exampleBody(operationId: string, schema: JsonSchema, named: Readonly<Record<string, JsonSchema>>) {
  return BODIES[operationId] ?? sampleOf(schema, named);
}

/** A value that fits a schema: the first of several, the shortest list that says something, optional fields of answers too. */
export function sampleOf(
  schema: JsonSchema,
  named: Readonly<Record<string, JsonSchema>>,
  options: { isAnswer?: boolean; name?: string } = {},
): unknown {
  const { isAnswer = false, name = "" } = options;
  const inner = (part: unknown, partName = name) => sampleOf(part as JsonSchema, named, { isAnswer, name: partName });
  if (typeof schema.$ref === "string") return inner(named[schema.$ref.split("/").at(-1) ?? ""] ?? {});
  if ("const" in schema) return schema.const;
  if ("default" in schema) return schema.default;
  const [first] = (schema.enum ?? []) as unknown[];
  if (first !== undefined) return first;
  const [choice] = ((schema.anyOf ?? schema.oneOf) as JsonSchema[] | undefined) ?? [];
  if (choice) return inner(choice);
  if (Array.isArray(schema.allOf)) return Object.assign({}, ...schema.allOf.map((part) => inner(part)));
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === "object") {
    const required = new Set((schema.required ?? []) as string[]);
    const properties = Object.entries((schema.properties ?? {}) as Record<string, JsonSchema>);
    const written = properties.filter(([key]) => required.has(key));
    return Object.fromEntries(written.map(([key, part]) => [key, inner(part, key)]));
  }
  if (Array.isArray(schema.prefixItems)) return schema.prefixItems.map((part) => inner(part));
  if (type === "array") return isAnswer || Number(schema.minItems ?? 0) > 0 ? [inner(schema.items ?? {})] : [];
  if (type === "integer" || type === "number") return Math.max(Number(schema.minimum ?? 0), sampleNumber(name));
  if (type === "boolean") return false;
  if (type === "string" || type === undefined) return sampleText(name, String(schema.format ?? ""));
  return null;
}

/** How the ids of the examples look; only what comes before the `_` means something. */
function sampleId(name: string): string {
  const kind = SHORT_KINDS[name] ?? name.replace(/Ids?$/, "").toLowerCase();
  return `${kind}_01kaf3q8zt7w2m5c9e4h6j8n`;
}

function sampleNumber(name: string): number {
  if (/bytes$/i.test(name)) return 73_400_320;
  if (/revision$/i.test(name)) return 1;
  return /count$|total$|images|tags/i.test(name) ? 12 : 0;
}

function sampleText(name: string, format: string): string {
  if (format === "date-time") return "2026-11-21T09:30:00.000Z";
  if (format === "email" || /email$/i.test(name)) return "ada@example.com";
  if (/^id$|Ids?$/.test(name)) return sampleId(name === "id" ? "thing" : name);
  if (/digest$/i.test(name)) return IMAGE.digest;
  return TEXTS[name] ?? name;
}
const PASSWORD = "a long passphrase of yours";
const TEXTS: Record<string, string> = {
  password: PASSWORD,
  currentPassword: PASSWORD,
  newPassword: "another long passphrase",
  endpoint: "https://s3.example.com",
  bucket: "images",
  root: "",
  repositoryName: "acme/web",
  repository: "acme/web",
  prefix: "acme",
  slug: "acme",
  name: "Acme",
  tag: "1.4.2",
  tags: "1.4.2",
  url: "https://registry.example.com",
  timeZone: "Europe/Berlin",
  expression: "0 3 * * SUN",
};
