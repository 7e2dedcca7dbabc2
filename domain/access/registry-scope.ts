/** One entry of a registry token's `access` claim. */
export type RegistryAccess = { type: string; name: string; actions: string[] };

/** The `sub` of tokens that the system makes for itself; events that carry it are our own. */
export const SYSTEM_SUBJECT = "reclaim-system";

/** First path component of the recycle bin: closed to every tenant, and reserved as a space prefix. */
export const RECYCLE_BIN_PREFIX = "recyclebin";

type SpaceRole = "viewer" | "editor" | "admin";

/** A space of this registry that the caller may use. `prefix` has no slash at either end. */
export type SpaceGrant = { prefix: string; role: SpaceRole };

/**
 * Who asks. Only code of ours is ever `system`: no credentials lead to it. `anonymous` is granted nothing.
 */
export type ScopePrincipal =
  | { kind: "system" }
  | { kind: "anonymous" }
  | { kind: "user"; spaces: readonly SpaceGrant[] };

export type GrantResult = {
  access: RegistryAccess[];
  /** True where a change was asked for that would have been granted, had the registry not been read-only. */
  deniedByReadOnly: boolean;
};

/**
 * What a tenant's role may do. Nobody has `delete`: over the raw API it takes an image away for good, past the recycle bin,
 * its journal and its guards; members recycle in the console instead. The registry wants `pull` beside `push` for a push.
 */
const ACTIONS_OF_ROLE: Record<SpaceRole, readonly string[]> = {
  viewer: ["pull"],
  editor: ["pull", "push"],
  admin: ["pull", "push"],
};

const WRITING = new Set(["push", "delete"]);
const MAX_REQUESTED = 100;
const MAX_NAME_LENGTH = 255;
const REPOSITORY_NAME = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;

/** Whether the text is a repository name that a registry takes: lower case components, no `..`, no slash at an end. */
export function isRepositoryName(name: string): boolean {
  return name.length <= MAX_NAME_LENGTH && REPOSITORY_NAME.test(name);
}

/** Whether a repository lies in a prefix, on whole path components: `acme/api` is in `acme`, `acme-x/api` is not. */
export function isInPrefix(repository: string, prefix: string): boolean {
  return prefix !== "" && (repository === prefix || repository.startsWith(`${prefix}/`));
}

/** The prefixes whose space a request could mean: each repository that it names, and what is above it. Names that are none are left out. */
export function namedPrefixes(requested: readonly RegistryAccess[]): string[] {
  const prefixes = new Set<string>();
  for (const { type, name } of requested) {
    if (type !== "repository" || !isRepositoryName(name)) continue;
    for (let end = name.length; end > 0; end = name.lastIndexOf("/", end - 1)) prefixes.add(name.slice(0, end));
  }
  return [...prefixes];
}

/** Whether a repository belongs to the recycle bin. */
export function isRecycleBin(repository: string): boolean {
  return isInPrefix(repository, RECYCLE_BIN_PREFIX);
}

function parseOne(text: string): RegistryAccess | null {
  // From both ends: a name may hold a port (`localhost:5000/app`), so neither colon can be found by counting.
  const first = text.indexOf(":");
  const last = text.lastIndexOf(":");
  if (first <= 0 || last <= first) return null;
  const type = text.slice(0, first).replace(/\([a-z0-9]*\)$/, "");
  const name = text.slice(first + 1, last);
  const actions = text
    .slice(last + 1)
    .split(",")
    .filter((action) => action !== "");
  return type === "" || name === "" || actions.length === 0 ? null : { type, name, actions };
}

/**
 * Reads the `scope` parameters of a token request: repeated, or several in one separated by spaces. What is asked twice for
 * one name is merged; what cannot be read, and all beyond 100 names, is left out. A class (`repository(plugin)`) is dropped.
 */
export function parseScopes(values: readonly string[]): RegistryAccess[] {
  const merged = new Map<string, RegistryAccess>();
  for (const text of values.flatMap((value) => value.split(" "))) {
    const access = parseOne(text);
    if (access === null) continue;
    const key = `${access.type}:${access.name}`;
    const earlier = merged.get(key);
    if (earlier !== undefined) earlier.actions = [...new Set([...earlier.actions, ...access.actions])];
    else if (merged.size < MAX_REQUESTED) merged.set(key, { ...access, actions: [...new Set(access.actions)] });
  }
  return [...merged.values()];
}

function allowedActions(type: string, name: string, principal: ScopePrincipal): readonly string[] {
  if (principal.kind === "anonymous") return [];
  if (principal.kind === "system") {
    if (type === "registry") return name === "catalog" ? ["*"] : [];
    return type === "repository" && isRepositoryName(name) ? ["pull", "push", "delete"] : [];
  }
  if (type !== "repository" || !isRepositoryName(name) || isRecycleBin(name)) return [];
  const roles = principal.spaces.filter((space) => isInPrefix(name, space.prefix)).map((space) => space.role);
  return [...new Set(roles.flatMap((role) => ACTIONS_OF_ROLE[role]))];
}

/**
 * What of a request is granted: never more than was asked, never outside the caller's spaces, and never an error where it is
 * less. An asked `*` means all that the caller may do, since registries match names literally but not actions. In a read-only
 * registry tenants get no push; the system goes on, because its moves hold the lock that a collection waits for.
 */
export function grantAccess(input: {
  requested: readonly RegistryAccess[];
  principal: ScopePrincipal;
  isReadOnly: boolean;
}): GrantResult {
  const { requested, principal, isReadOnly } = input;
  const access: RegistryAccess[] = [];
  let deniedByReadOnly = false;
  for (const { type, name, actions } of requested) {
    const allowed = allowedActions(type, name, principal);
    const wanted = actions.includes("*") ? allowed : allowed.filter((action) => actions.includes(action));
    const isBlocked = isReadOnly && principal.kind !== "system";
    const granted = isBlocked ? wanted.filter((action) => !WRITING.has(action)) : [...wanted];
    // `*` alone is what a client asks that wants to delete: it gets what is left, but was told nothing of a push.
    if (isBlocked && wanted.some((action) => WRITING.has(action) && actions.includes(action))) deniedByReadOnly = true;
    if (granted.length > 0) access.push({ type, name, actions: [...granted] });
  }
  return { access, deniedByReadOnly };
}
