import { z } from "zod";
import { ruleProblems } from "./rule";

/** A Harbor retention policy as its API answers it. Fields that we do not know are let through: versions differ. */
const selectorSchema = z.object({
  kind: z.string().optional(),
  decoration: z.string().optional(),
  pattern: z.string().optional(),
  extras: z.string().optional(),
});
export type HarborSelector = z.infer<typeof selectorSchema>;

const harborRuleSchema = z.object({
  disabled: z.boolean().optional(),
  action: z.string().optional(),
  template: z.string({ error: "names the kind of rule, such as latestPushedK" }),
  params: z.record(z.string(), z.unknown()).nullish(),
  tag_selectors: z.array(selectorSchema).nullish(),
  scope_selectors: z.record(z.string(), z.array(selectorSchema).nullable()).nullish(),
});
export type HarborRule = z.infer<typeof harborRuleSchema>;

const harborPolicySchema = z.object(
  {
    algorithm: z.string().optional(),
    rules: z.array(harborRuleSchema, { error: "holds the rules of the policy, as a list" }),
    trigger: z
      .object({ kind: z.string().optional(), settings: z.object({ cron: z.string().optional() }).nullish() })
      .nullish(),
  },
  { error: "a retention policy is an object with rules" },
);
export type HarborPolicy = z.infer<typeof harborPolicySchema>;

/** Reads the text of a Harbor retention policy (`GET /api/v2.0/retentions/{id}`), or says by path why it is none. */
export function readHarborPolicy(
  text: string,
): { policy: HarborPolicy; problems: [] } | { policy: null; problems: { path: string; message: string }[] } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return { policy: null, problems: [{ path: "", message: `not JSON: ${detail}` }] };
  }
  // Tools that export policies wrap one in a list.
  const one = Array.isArray(json) && json.length === 1 ? json[0] : json;
  const parsed = harborPolicySchema.safeParse(one);
  return parsed.success
    ? { policy: parsed.data, problems: [] }
    : { policy: null, problems: ruleProblems(parsed.error) };
}
