import { z } from "zod";
import { cronExpressionProblem, timeZoneProblem } from "@/lib/cron";
import type { AppliedLifecycle } from "./lifecycle";
import { repositorySelectorSchema, tagSelectorSchema } from "./pattern";
import { simplePredicates, whenSchema } from "./predicate";

export const EFFECTS = ["reclaim", "protect"] as const;
export const TAG_STATES = ["tagged", "untagged", "any"] as const;
export const SELECTED_KINDS = ["image", "chart", "other", "any"] as const;

const selectSchema = z.strictObject(
  {
    repositories: repositorySelectorSchema,
    /** Patterns decide on tagged images only; whether untagged ones are meant is for `state` alone to say. */
    tags: tagSelectorSchema,
    state: z.enum(TAG_STATES, { error: `choose which images: ${TAG_STATES.join(", ")}` }),
    /** An index counts as an image. */
    kinds: z.enum(SELECTED_KINDS, { error: `choose what kind: ${SELECTED_KINDS.join(", ")}` }),
  },
  { error: strict("is missing: say which repositories, tags, state and kinds") },
);
export type Select = z.infer<typeof selectSchema>;

const scheduleSchema = z.discriminatedUnion(
  "kind",
  [
    z.strictObject({ kind: z.literal("manual") }),
    z
      .strictObject({
        kind: z.literal("cron"),
        expression: z.string({ error: "is missing: write 5 or 6 cron fields" }),
        timeZone: z.string({ error: "is missing: name a time zone such as Europe/Berlin; none is assumed" }),
      })
      .superRefine((schedule, context) => {
        const expression = cronExpressionProblem(schedule.expression);
        if (expression !== null) context.addIssue({ code: "custom", path: ["expression"], message: expression });
        const zone = timeZoneProblem(schedule.timeZone);
        if (zone !== null) context.addIssue({ code: "custom", path: ["timeZone"], message: zone });
      }),
    z.strictObject({
      kind: z.literal("onQuota"),
      percent: z
        .number({ error: "is missing: say at how many percent of the quota" })
        .min(1, "use 1 to 100 percent")
        .max(100, "use 1 to 100 percent"),
    }),
  ],
  { error: "choose when it runs: manual, cron or onQuota" },
);
export type Schedule = z.infer<typeof scheduleSchema>;

const limitsSchema = z.strictObject(
  {
    maxItems: z
      .int({ error: "use a whole number of images" })
      .min(1, "use 1 or more, or leave the limit out")
      .optional(),
    maxBytes: z
      .int({ error: "use a whole number of bytes" })
      .min(1, "use 1 or more, or leave the limit out")
      .optional(),
    maxPercentOfRepository: z
      .number({ error: "use a number of percent" })
      .gt(0, "use more than 0 percent, or leave the limit out")
      .max(100, "use at most 100 percent")
      .optional(),
  },
  { error: strict("is missing: give the limits, {} for none") },
);
/** Fuses of one run. A limit that is left out does not limit. */
export type RuleLimits = z.infer<typeof limitsSchema>;

/** What a rule says, without its name and whether it is enabled. Strict: an unknown or missing field is an error, nothing has a default. */
export const ruleDefinitionSchema = z
  .strictObject(
    {
      effect: z.enum(EFFECTS, { error: `choose the effect: ${EFFECTS.join(" or ")}` }),
      select: selectSchema,
      when: whenSchema,
      schedule: scheduleSchema,
      limits: limitsSchema,
      allowLastArtifact: z.boolean({
        error: "is missing: say whether the last image of a repository may go (true or false)",
      }),
    },
    { error: strict("a rule is an object with effect, select, when, schedule, limits and allowLastArtifact") },
  )
  .superRefine((rule, context) => {
    const { state, tags } = rule.select;
    const refuse = (path: (string | number)[], message: string) => context.addIssue({ code: "custom", path, message });
    if (state === "untagged" && tags.include.length + tags.exclude.length > 0) {
      refuse(
        ["select", "tags"],
        "an untagged image has no tag to match: remove the tag patterns, or choose tagged or any",
      );
    }
    for (const { predicate, path } of simplePredicates(rule.when)) {
      const isAboutUntagged =
        predicate.kind === "untagged" || ("clock" in predicate && predicate.clock === "untaggedSince");
      if (state === "tagged" && isAboutUntagged) {
        refuse(["when", ...path], "this never holds for tagged images: choose the state untagged or any, or remove it");
      }
      if (
        state === "untagged" &&
        "order" in predicate &&
        (predicate.order === "semver" || predicate.groupBy !== undefined)
      ) {
        refuse(
          ["when", ...path],
          "an untagged image has no tag to read a version or a group from: choose another order",
        );
      }
    }
  });
export type RuleDefinition = z.infer<typeof ruleDefinitionSchema>;

/** A rule as a plan uses it: any definition with the identity that verdicts name. A draft that was never saved has revision 0. */
export interface AppliedRule {
  id: string;
  name: string;
  revision: number;
  definition: RuleDefinition;
  /** A lifecycle policy instead of conditions: tag by tag, and the definition's selector and conditions say nothing. */
  lifecycle?: AppliedLifecycle | undefined;
}

/** Issues of a definition for people: the path written as `when[1].days`, and what to do. */
export function ruleProblems(error: z.ZodError): { path: string; message: string }[] {
  return error.issues.map((issue) => ({ path: pathText(issue.path), message: issue.message }));
}

function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    return text === "" ? String(part) : `${text}.${String(part)}`;
  }, "");
}

function strict(missing: string) {
  return (issue: { code?: string; keys?: string[] }) =>
    issue.code === "unrecognized_keys" ? `has no field ${(issue.keys ?? []).join(", ")}: remove it` : missing;
}
