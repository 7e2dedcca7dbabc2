import type { z } from "zod";
import type { attachRegistryBodySchema, RegistryDto, updateRegistryBodySchema } from "@/contracts/registries";
import { parseRegistryUrl } from "@/domain/registries/registry-url";

/** A registry while it is written down, for a new one and for one that is edited. */
export interface RegistryDraft {
  name: string;
  url: string;
  auth: "none" | "basic";
  username: string;
  password: string;
  storageRoot: string;
  isPlatformWide: boolean;
}

export const EMPTY_DRAFT: RegistryDraft = {
  name: "",
  url: "",
  auth: "basic",
  username: "",
  password: "",
  storageRoot: "",
  isPlatformWide: false,
};

/** What is known of a registry, to be edited; its password is not among it. */
export function draftOf(registry: RegistryDto): RegistryDraft {
  return {
    name: registry.name,
    url: registry.url,
    auth: registry.auth === "none" ? "none" : "basic",
    username: registry.username ?? "",
    password: "",
    storageRoot: registry.storageRoot ?? "",
    isPlatformWide: registry.owner === "platform",
  };
}

type DraftProblems = Partial<Record<"name" | "url" | "username" | "password", string>>;

/** What can be said of a draft without asking the registry. `kept`: the registry has a password, for this address. */
export function draftProblems(draft: RegistryDraft, kept: { url: string } | null): DraftProblems {
  const problems: DraftProblems = {};
  if (draft.name.trim().length < 2) problems.name = "Give the registry a name of at least 2 characters.";
  const address = parseRegistryUrl(draft.url);
  if (!address.ok) problems.url = address.problem;
  if (draft.auth === "none") return problems;
  if (draft.username.trim() === "") problems.username = "Write the user name.";
  if (draft.password !== "") return problems;
  if (kept === null) problems.password = "Write the password.";
  else if (address.ok && address.url !== kept.url) {
    problems.password = "Write the password again: the kept one is only sent to the address that it was given for.";
  }
  return problems;
}

/** The connection as the API takes it, for a test and for attaching. */
export function connectionBody(draft: RegistryDraft): Omit<z.input<typeof attachRegistryBodySchema>, "name"> {
  const { url, auth, username, password, storageRoot, isPlatformWide } = draft;
  return {
    kind: "distribution",
    url: url.trim(),
    auth,
    ...(auth === "basic" ? { username: username.trim(), ...(password === "" ? {} : { password }) } : {}),
    ...(storageRoot.trim() === "" ? {} : { storageRoot: storageRoot.trim() }),
    isPlatformWide,
  };
}

/** Only what differs from what is kept: a new name alone needs no test of the registry. */
export function changeBody(draft: RegistryDraft, registry: RegistryDto): z.input<typeof updateRegistryBodySchema> {
  const before = draftOf(registry);
  const change: z.input<typeof updateRegistryBodySchema> = {};
  if (draft.name.trim() !== before.name) change.name = draft.name.trim();
  if (draft.url.trim() !== before.url) change.url = draft.url.trim();
  if (draft.auth !== before.auth) change.auth = draft.auth;
  if (draft.auth === "basic") {
    if (draft.username.trim() !== before.username) change.username = draft.username.trim();
    if (draft.password !== "") change.password = draft.password;
  }
  if (draft.storageRoot.trim() !== before.storageRoot) change.storageRoot = draft.storageRoot.trim() || null;
  return change;
}
