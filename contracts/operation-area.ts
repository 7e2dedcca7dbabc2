/** An area of the API: a tag of the OpenAPI document, a heading of the page. */
interface Area {
  name: string;
  description: string;
}

const OTHER: Area = { name: "Other", description: "Everything else." };

/** As they are shown, from the widest to the most special; an operation belongs to the last one that its path fits. */
const AREAS: readonly (Area & { path: RegExp })[] = [
  {
    name: "Account",
    description: "Who is signed in, and with which sessions.",
    path: /^\/(me|invitations|password-links)\b/,
  },
  { name: "Workspaces", description: "A workspace and its members.", path: /^\/workspaces\b/ },
  { name: "Registries", description: "Registries that a workspace may use, and how they are.", path: /\/registries\b/ },
  {
    name: "Spaces",
    description: "Registry spaces: repository prefixes of a registry that a workspace owns or may read.",
    path: /\/spaces\b/,
  },
  { name: "Storage", description: "Who uses how much, and what could be freed.", path: /\/storage\b/ },
  {
    name: "Images",
    description: "Repositories, images, their tags, platforms and referrers, and what is kept by hand.",
    path: /\/(images|image-\w+|repositories|pins|recycle-runs|untag-runs)\b/,
  },
  {
    name: "Rules",
    description: "Reclaim rules of a registry space: at most 15, each previewed before its schedule fires.",
    path: /\/(rules|reclaim-\w+)\b/,
  },
  {
    name: "Runs",
    description: "Everything that was previewed, moved, restored, purged or collected, and who asked for it.",
    path: /\/(runs|run-items|history)\b/,
  },
  {
    name: "Lifecycle",
    description: "How many tags of a repository are kept, and for how long.",
    path: /\/lifecycle\b/,
  },
  {
    name: "Recycle bin",
    description: "Images that were reclaimed: restored with all their tags, or purged for good.",
    path: /\/(bin-\w+|restore-\w+|purge-runs)\b/,
  },
  {
    name: "Garbage collection",
    description: "Unused data of a registry's storage, and the runs that free it.",
    path: /\/(gc|gc-runs|gc-history|collecting|undo)\b/,
  },
  {
    name: "Tokens",
    description: "API tokens of people and of workspaces: for scripts, command lines and `docker login`.",
    path: /\/tokens\b/,
  },
  {
    name: "Notifications",
    description: "Webhooks, chat and e-mail that are told what happened.",
    path: /\/(webhooks|notification)/,
  },
  {
    name: "Audit",
    description: "Every change and every refusal: who, from where, before and after.",
    path: /\/audit\b/,
  },
  {
    name: "Platform",
    description: "What holds for every workspace; most of it is for platform admins.",
    path: /^\/platform\b/,
  },
];

/** Every area, in the order in which they are shown. */
export const OPERATION_AREAS: readonly Area[] = [...AREAS, OTHER];

/** The area of an operation by its path, `/api/v1/…`; "Other" where none fits. */
export function operationArea(path: string): string {
  const rest = path.replace(/^\/api\/v1/, "");
  return AREAS.findLast((area) => area.path.test(rest))?.name ?? OTHER.name;
}
