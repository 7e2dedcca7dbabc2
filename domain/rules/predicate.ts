import { z } from "zod";
import { regexProblem } from "@/lib/regex";

export const CLOCKS = ["pushed", "active", "created", "untaggedSince"] as const;
export type Clock = (typeof CLOCKS)[number];
export const ORDERS = ["pushed", "active", "semver", "created"] as const;
export type Order = (typeof ORDERS)[number];

const MAX_DAYS = 36_500;
const MAX_COUNT = 100_000;
const MAX_PREDICATES = 8;

const days = z
  .int({ error: (issue) => whole(issue.input, "days") })
  .min(0, "use 0 days or more")
  .max(MAX_DAYS, `use at most ${MAX_DAYS} days`);
const n = z
  .int({ error: (issue) => whole(issue.input, "images") })
  .min(0, "use 0 or more")
  .max(MAX_COUNT, `use at most ${MAX_COUNT}`);
const clock = z.enum(CLOCKS, { error: `choose the clock: ${CLOCKS.join(", ")}` });
const order = z.enum(ORDERS, { error: `choose the order: ${ORDERS.join(", ")}` });
const groupBy = z
  .string()
  .superRefine((text, context) => {
    const problem = regexProblem(text);
    if (problem !== null) context.addIssue({ code: "custom", message: problem });
  })
  .optional();

const SIMPLE = [
  z.strictObject({ kind: z.literal("idle"), days, clock }),
  z.strictObject({ kind: z.literal("within"), days, clock }),
  z.strictObject({ kind: z.literal("beyond"), n, order, groupBy }),
  z.strictObject({ kind: z.literal("among"), n, order, groupBy }),
  z.strictObject({ kind: z.literal("untagged") }),
] as const;

const simplePredicateSchema = z.discriminatedUnion("kind", SIMPLE, {
  error: "choose a condition: idle, within, beyond, among or untagged (a group holds no groups)",
});
/**
 * idle and within, beyond and among are complements: more than D × 24 h ago or not; outside or inside the N best of the repository
 * (of the group that `groupBy`, an RE2 expression on the tag, captures). untagged: no tag of its own, and no index or subject that holds it.
 */
export type SimplePredicate = z.infer<typeof simplePredicateSchema>;

const anyOfSchema = z.strictObject({
  kind: z.literal("anyOf"),
  groups: z
    .array(
      z
        .array(simplePredicateSchema, { error: "give a list of conditions" })
        .min(1, "a group needs at least one condition: an empty one would always hold")
        .max(MAX_PREDICATES, `use at most ${MAX_PREDICATES} conditions`),
      { error: "is missing: give a list of groups of conditions" },
    )
    .min(1, "give at least one group of conditions")
    .max(MAX_PREDICATES, `use at most ${MAX_PREDICATES} groups`),
});

/** One condition. Those of a list must all hold; anyOf holds where one of its groups holds whole. */
export const predicateSchema = z.discriminatedUnion("kind", [...SIMPLE, anyOfSchema], {
  error: "choose a condition: idle, within, beyond, among, untagged or anyOf",
});
export type Predicate = z.infer<typeof predicateSchema>;

export const whenSchema = z
  .array(predicateSchema, { error: "is missing: give a list of conditions; an empty one means always" })
  .max(MAX_PREDICATES, `use at most ${MAX_PREDICATES} conditions`);

/** Every simple condition of a list with its path in it, those inside anyOf included. */
export function simplePredicates(
  when: readonly Predicate[],
): { predicate: SimplePredicate; path: (string | number)[] }[] {
  return when.flatMap((predicate, at) =>
    predicate.kind === "anyOf"
      ? predicate.groups.flatMap((group, groupAt) =>
          group.map((inner, innerAt) => ({ predicate: inner, path: [at, "groups", groupAt, innerAt] })),
        )
      : [{ predicate, path: [at] }],
  );
}

function whole(input: unknown, unit: string): string {
  return input === undefined || input === null
    ? `is missing: say how many ${unit}; nothing is assumed`
    : `use a whole number of ${unit}`;
}
