import type { ApiTokenDto } from "@/contracts/tokens";
import type { Role } from "@/domain/access/permissions";

/** What a token of each role is for, in the words of somebody who is about to choose one. */
export const ROLE_CHOICES: readonly { value: Role; label: string; hint: string }[] = [
  { value: "viewer", label: "Viewer", hint: "Reads everything, and pulls images" },
  { value: "editor", label: "Editor", hint: "Also pushes, recycles, restores, and previews rules" },
  { value: "admin", label: "Admin", hint: "Also runs rules, purges, collects garbage, and changes settings" },
];

export const EXPIRY_CHOICES = [
  { value: "7", label: "In 7 days" },
  { value: "30", label: "In 30 days" },
  { value: "90", label: "In 90 days" },
  { value: "365", label: "In a year" },
  { value: "never", label: "Never" },
] as const;
export type ExpiryChoice = (typeof EXPIRY_CHOICES)[number]["value"];

const NAMED_SPACES = 2;

/** Where a token reaches: "acme: web, api and 3 more", "every workspace of yours". */
export function reachWords({ kind, workspace, spaces }: Pick<ApiTokenDto, "kind" | "workspace" | "spaces">): string {
  if (workspace === null) return "Every workspace of yours";
  const place = kind === "personal" ? `${workspace.name}: ` : "";
  if (spaces === null) return kind === "personal" ? `${place}all spaces` : "All spaces";
  if (spaces.length === 0) return `${place}no space any more`;
  const named = spaces.slice(0, NAMED_SPACES).map(({ name }) => name);
  const more = spaces.length - named.length;
  return place + (more > 0 ? `${named.join(", ")} and ${more} more` : named.join(", "));
}

/** What else ends with a token, for the question before it is revoked; empty where nothing does. */
export function madeThroughWords(madeCount: number): string {
  if (madeCount === 0) return "";
  return madeCount === 1
    ? " One token that was made through it ends too."
    : ` ${madeCount} tokens that were made through it end too.`;
}
