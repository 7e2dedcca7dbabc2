import type { Operation } from "@/contracts/operation";
import type { TenantSpace } from "./tenants";
import { takeTags } from "./tenants";

/** Ids of things that a tenant owns, by the name of the path parameter. */
export type TenantIds = Record<
  | "workspaceId"
  | "spaceId"
  | "runId"
  | "ruleId"
  | "entryId"
  | "crawlId"
  | "pinId"
  | "registryId"
  /** a token of the workspace */
  | "tokenId"
  /** where notifications go, and one that did not arrive */
  | "targetId"
  | "deliveryId"
  /** a viewer of the workspace, one who is invited, and one more sign-in of its admin */
  | "userId"
  | "invitationId"
  | "sessionId"
  /** of a workspace that the space may be bound to */
  | "readerSlug",
  string
>;

/** What bodies name: ids of the tenant that the request is made for, or of another. */
export interface BodyIds {
  ruleId: string;
  entryId: string;
  registryId: string;
}

const BODIES: Record<string, (ids: BodyIds, space: Pick<TenantSpace, "prefix">) => unknown> = {
  measureImages: () => ({ selection: { filter: { state: "untagged" } } }),
  testRegistry: ({ registryId }) => ({ url: "https://registry.invalid", auth: "none", registryId }),
  attachRegistry: (_, { prefix }) => ({
    ...{ name: `registry ${prefix}`, url: "https://registry.invalid", auth: "none", isPlatformWide: false },
  }),
  updateRegistry: (_, { prefix }) => ({ name: `renamed ${prefix}` }),
  bindSpace: () => ({ workspaceSlugs: ["nobody"] }),
  createSpace: ({ registryId }, { prefix }) => ({ name: `${prefix} two`, registryId, prefix: `${prefix}-two` }),
  updateSpace: () => ({ binRetentionDays: 14 }),
  createRule: () => ({ name: "another", definition: takeTags("none-*") }),
  createRules: () => ({ rules: [{ name: "one of several", definition: takeTags("none-*") }] }),
  importRules: () => ({ text: '{"rules":[]}' }),
  testRule: () => ({ select: takeTags("v*").select }),
  updateRule: () => ({ revision: 1, name: "renamed" }),
  previewReclaim: ({ ruleId }) => ({ ruleIds: [ruleId] }),
  startReclaim: ({ ruleId }) => ({ ruleIds: [ruleId] }),
  stopAllReclaims: () => ({ reason: "wrong images go" }),
  setLifecycle: () => ({ revision: 0, isEnabled: true, keepLatestTags: 4_000, keepDays: 365 }),
  tryLifecycle: () => ({ keepLatestTags: 4_000, keepDays: 365 }),
  setSpaceLifecycle: () => ({ revision: 0, keepLatestTags: 4_000, keepDays: null }),
  previewSpaceLifecycle: () => ({ keepLatestTags: 4_000, keepDays: null }),
  createPlatformRule: () => ({ name: "another", definition: { ...takeTags("none-*"), effect: "protect" } }),
  updatePlatformRule: () => ({ revision: 1, name: "renamed" }),
  setTagQuota: () => ({ tagQuota: 5_000 }),
  checkRestore: ({ entryId }) => ({ entryIds: [entryId] }),
  startRestore: ({ entryId }) => ({ entryIds: [entryId] }),
  startPurge: ({ entryId }, { prefix }) => ({ entryIds: [entryId], typedName: prefix }),
  startRecycle: (_, { prefix }) => ({
    selection: { images: [{ repositoryName: `${prefix}/none`, digest: `sha256:${"0".repeat(64)}` }] },
    ...{ reason: "outdated", skipBin: { typedName: prefix } },
  }),
  startUntag: (_, { prefix }) => ({
    tags: [{ repositoryName: `${prefix}/none`, tag: "none", digest: `sha256:${"0".repeat(64)}` }],
  }),
  createPins: (_, { prefix }) => ({
    ...{ images: [{ repositoryName: `${prefix}/none`, digest: `sha256:${"0".repeat(64)}` }] },
    ...{ reason: "another reason", days: 30 },
  }),
  updatePin: () => ({ reason: "a better reason" }),
  startGc: () => ({ deleteUntagged: true, isDryRun: true }),
  createNotificationTarget: () => ({
    ...{ kind: "webhook", name: "another", url: "https://hooks.invalid/another", events: ["run.finished"] },
  }),
  updateNotificationTarget: () => ({ revision: 1, name: "renamed" }),
  requestGc: () => ({ note: "we are nearly full" }),
  setGcSchedule: () => ({ expression: "0 3 * * SUN", timeZone: "UTC", deleteUntagged: true, revision: 0 }),
  setGcEnablement: () => ({ isEnabled: true }),
  updateMe: () => ({ name: "Another Name" }),
  endSessions: () => ({ keepCurrent: true }),
  changePassword: () => ({ currentPassword: "a password of the tests", newPassword: "another one of these tests" }),
  acceptInvitation: () => ({ token: "none" }),
  registerByInvitation: () => ({ token: "none", name: "Nina", password: "another one of these tests" }),
  choosePasswordByLink: () => ({ token: "none", password: "another one of these tests" }),
  changeRole: () => ({ role: "viewer" }),
  createInvitation: (_, { prefix }) => ({ email: `invited@${prefix || "none"}.example`, role: "viewer" }),
  createUser: () => ({ email: "new@people.example", name: "Nina" }),
  updateUser: () => ({ isPlatformAdmin: true }),
  createWorkspace: () => ({ name: "another", slug: "another", adminEmail: "new@people.example" }),
  renameWorkspace: () => ({ name: "renamed" }),
  appointAdmin: () => ({ email: "new@people.example" }),
  createMyToken: () => ({ name: "laptop", role: "viewer" }),
  createWorkspaceToken: () => ({ name: "builds", role: "viewer" }),
};

/** An image that no other example touches. */
const imageOf = ({ images }: Pick<TenantSpace, "images">) => ({
  repository: images[3]?.repository ?? "",
  digest: images[3]?.digest ?? "",
});
type ExampleSpace = Pick<TenantSpace, "images" | "prefix">;
const QUERIES: Record<string, (space: ExampleSpace) => Record<string, unknown>> = {
  removeSpace: ({ prefix }) => ({ typedName: prefix }),
  deleteWorkspace: () => ({ typedName: "another" }),
  previewRetention: () => ({ days: 14 }),
  getImage: imageOf,
  getImageManifest: imageOf,
  getImageConfig: imageOf,
  listImagePulls: imageOf,
};

/** A query that the operation needs to be answered; empty for most. */
export function queryOf(operation: Operation, space: ExampleSpace): Record<string, unknown> {
  return QUERIES[operation.id]?.(space) ?? {};
}

/** Whether an operation takes a body at all. */
export function hasBody(operation: Operation): boolean {
  return operation.method !== "GET" && operation.method !== "DELETE";
}

/**
 * A valid body of an operation that names these ids.
 * @throws Error for an operation that wants a body and has none here: a new route says so by itself
 */
export function bodyOf(operation: Operation, ids: BodyIds, space: Pick<TenantSpace, "prefix">): unknown {
  if (!hasBody(operation)) return undefined;
  const body = BODIES[operation.id]?.(ids, space) ?? {};
  const parsed = operation.body.safeParse(body);
  if (!parsed.success) {
    throw new Error(`${operation.id} has no valid example body in e2e/support/operation-inputs.ts: ${parsed.error}`);
  }
  return body;
}

/** Whether a body names anything of a tenant's by its id. */
export function namesIds(operation: Operation): boolean {
  const text = (marker: string) =>
    JSON.stringify(BODIES[operation.id]?.({ ruleId: marker, entryId: marker, registryId: marker }, { prefix: "x" }));
  return hasBody(operation) && (text("named-by-id") ?? "").includes("named-by-id");
}

/** Names of the path parameters of an operation. */
export function parametersOf(operation: Operation): (keyof TenantIds)[] {
  return [...operation.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] as keyof TenantIds);
}
