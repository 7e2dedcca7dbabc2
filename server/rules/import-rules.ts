import type { OutputOf } from "@/contracts/operation";
import type { importRules as operation } from "@/contracts/rule-import";
import { RULES_PER_SPACE_MAX } from "@/contracts/rules";
import { readHarborPolicy } from "@/domain/rules/harbor-policy";
import { importHarbor } from "@/domain/rules/import-harbor";
import { compileNameSelector } from "@/domain/rules/pattern";
import { ruleSentence, scheduleText } from "@/domain/rules/sentence";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { requireSpace } from "@/server/spaces/require-space";
import { listRuleNames } from "./rule.store";
import { listTestRepositories } from "./rule-test.store";

const REPOSITORIES_SHOWN = 200;

/**
 * What a Harbor retention policy would become in this space: its rules, what each Harbor rule turned into, and what Harbor does without
 * saying it, with the repositories here that this is about. Creates nothing.
 * @throws AppError not_found
 */
export async function importRules(
  scope: WorkspaceScope,
  input: { spaceId: string; text: string },
): Promise<OutputOf<typeof operation>> {
  const space = await requireSpace(scope, input.spaceId);
  const taken = new Set(await listRuleNames(space.id));
  const free = Math.max(0, RULES_PER_SPACE_MAX - taken.size);
  const { policy, problems } = readHarborPolicy(input.text);
  if (policy === null) return { rules: [], sources: [], omission: null, notes: [], problems, free };
  const { rules, sources, notes } = importHarbor(policy, {
    prefix: space.prefix,
    rulesMax: free,
    isTaken: (name) => taken.has(name),
  });
  const omissions = rules.filter((rule) => rule.role === "omission");
  const isTouched = omissions.map((rule) => compileNameSelector(rule.definition.select.repositories));
  const { repositories } = await listTestRepositories(scope.workspaceId, space.id);
  const touched = repositories.filter(({ name }) => isTouched.some((test) => test(name)));
  return {
    rules: rules.map((rule) => ({
      ...rule,
      sentence: ruleSentence(rule.definition),
      scheduleText: scheduleText(rule.definition.schedule),
    })),
    sources,
    omission:
      omissions.length === 0
        ? null
        : {
            text: "Harbor deletes, without a rule that says so, every image that no rule keeps in each repository that one of its rules touches. Here that is a rule of its own.",
            repositories: touched.slice(0, REPOSITORIES_SHOWN).map(({ name }) => name),
            repositoryCount: touched.length,
            imageCount: touched.reduce((sum, { imageCount }) => sum + imageCount, 0),
          },
    notes,
    problems,
    free,
  };
}
