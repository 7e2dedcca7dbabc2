import type { Pattern } from "./pattern";
import type { RuleDefinition, Select } from "./rule";

/** A ready-made rule that the wizard starts from; its sentence is `ruleSentence(definition)`. */
export interface RuleTemplate {
  id: string;
  name: string;
  /** What it is good for, in a line. */
  purpose: string;
  definition: RuleDefinition;
}

const EVERYWHERE: Select = {
  repositories: { include: [], exclude: [] },
  tags: { include: [], exclude: [] },
  state: "tagged",
  kinds: "image",
};

/** Ready-made rules, the simplest first. All are valid as they are, run by hand and keep the last image of a repository. */
export const RULE_TEMPLATES: readonly RuleTemplate[] = [
  template("untagged", "Untagged images", "What a newer push left without a tag, once it has been so for a week.", {
    select: { ...EVERYWHERE, state: "untagged", kinds: "any" },
    when: [{ kind: "idle", days: 7, clock: "untaggedSince" }],
  }),
  template(
    "pr-builds",
    "PR builds",
    "Builds of pull requests that nobody pushed or pulled for two weeks, but the newest three. Selects nothing until pulls were recorded that long.",
    {
      select: tagged(glob("pr-*")),
      when: [
        { kind: "idle", days: 14, clock: "active" },
        { kind: "beyond", n: 3, order: "pushed" },
      ],
    },
  ),
  template("last-releases", "Keep the last releases", "All but the ten highest versions, pre-releases left alone.", {
    select: tagged({ kind: "semver", value: "*" }),
    when: [{ kind: "beyond", n: 10, order: "semver" }],
  }),
  template(
    "not-pulled",
    "Not pulled in 90 days",
    "Images that were neither pushed nor pulled for 90 days. Selects nothing until pulls were recorded that long.",
    {
      select: EVERYWHERE,
      when: [{ kind: "idle", days: 90, clock: "active" }],
    },
  ),
  template(
    "latest-and-recent",
    "Keep the latest and the recent",
    "Of each repository the 20 newest images stay, and whatever is younger than 30 days: only what is neither goes.",
    {
      select: EVERYWHERE,
      when: [
        { kind: "idle", days: 30, clock: "pushed" },
        { kind: "beyond", n: 20, order: "pushed" },
      ],
    },
  ),
  template("tidy-up", "Tidy up", "What has no tag, and what is old while five newer images are there.", {
    select: { ...EVERYWHERE, state: "any" },
    when: [
      {
        kind: "anyOf",
        groups: [
          [{ kind: "untagged" }],
          [
            { kind: "idle", days: 90, clock: "pushed" },
            { kind: "beyond", n: 5, order: "pushed" },
          ],
        ],
      },
    ],
  }),
];

function template(
  id: string,
  name: string,
  purpose: string,
  rule: Pick<RuleDefinition, "select" | "when">,
): RuleTemplate {
  const definition: RuleDefinition = {
    effect: "reclaim",
    ...rule,
    schedule: { kind: "manual" },
    limits: {},
    allowLastArtifact: false,
  };
  return { id, name, purpose, definition };
}

function tagged(pattern: Pattern): Select {
  return { ...EVERYWHERE, tags: { include: [pattern], exclude: [] } };
}

function glob(value: string): Pattern {
  return { kind: "glob", value };
}
