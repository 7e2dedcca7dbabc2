import { Prisma } from "@/server/platform/db/prisma";

/**
 * The rules that a run (`r`) was asked for, as one text: its chosen rules by name, a draft among them by the name it is given, so that
 * what an edit changes is compared with the rule before it. Where nothing was chosen (a policy), every rule that took part.
 */
export const RULE_SET = Prisma.sql`coalesce(
  (SELECT string_agg(rule ->> 'name', chr(10) ORDER BY rule ->> 'name') FROM jsonb_array_elements(r.options -> 'rules') rule
    WHERE rule ->> 'id' = 'draft' OR r.options -> 'ruleIds' ? (rule ->> 'id')),
  (SELECT string_agg(rule ->> 'name', chr(10) ORDER BY rule ->> 'name') FROM jsonb_array_elements(r.options -> 'rules') rule), '')`;
