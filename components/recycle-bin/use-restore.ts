import { useState } from "react";
import { toast } from "sonner";
import { problemOf } from "../ui/problem-of";
import { useCheckRestore, useStartRestore } from "./queries";
import { restoreDecisions } from "./restore-decisions";
import { conflictKey, type RestoreAnswer, type RestoreQuestion, type RestoreTarget } from "./restore-question";

const NOTHING_DECIDED: RestoreAnswer = { onTagConflict: "keep_current", decisions: new Map() };

/** Restoring in its steps: ask what it would meet, have it decided where that is needed, start, hand over the runs to follow. */
export function useRestore(workspaceId: string, onStarted: (run: { id: string; spaceId: string }) => void) {
  const check = useCheckRestore(workspaceId);
  const start = useStartRestore(workspaceId);
  const [question, setQuestion] = useState<RestoreQuestion | null>(null);

  const begin = async (checks: RestoreQuestion["checks"], answer: RestoreAnswer, targetRepository?: string) => {
    for (const { target, check: found } of checks) {
      const { onTagConflict, decisions } = restoreDecisions(found, answer.onTagConflict, (conflict) =>
        answer.decisions.get(conflictKey(conflict)),
      );
      const run = await start.mutateAsync({
        ...target,
        onTagConflict,
        ...(targetRepository === undefined ? {} : { targetRepository }),
        ...(decisions.length > 0 ? { decisions } : {}),
      });
      onStarted(run);
    }
    setQuestion(null);
  };
  const attempt = async (work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      const problem = problemOf(error);
      toast.error(problem?.title ?? "Nothing was restored", { description: problem?.detail });
    }
  };
  const ask = async (targets: readonly RestoreTarget[], targetRepository?: string) => {
    const checks: RestoreQuestion["checks"] = [];
    for (const target of targets) {
      const place = targetRepository === undefined ? {} : { targetRepository };
      checks.push({ target, check: await check.mutateAsync({ ...target, ...place }) });
    }
    return checks;
  };
  return {
    isBusy: check.isPending || start.isPending,
    question,
    /** `elsewhere`: somebody wants to choose where to, so that it asks in any case. */
    restore: (targets: readonly RestoreTarget[], elsewhere = false) =>
      attempt(async () => {
        const checks = await ask(targets);
        const isPlain = checks.every(
          ({ check: found }) =>
            found.conflicts.length === 0 && found.damagedIds.length === 0 && !found.tagQuota.isExceeded,
        );
        if (isPlain && !elsewhere) return begin(checks, NOTHING_DECIDED);
        const mayChooseTarget = targets.length === 1;
        setQuestion({ checks, mayChooseTarget, targetRepository: undefined, targetProblem: undefined });
      }),
    checkTarget: async (targetRepository: string | undefined) => {
      if (question === null) return;
      try {
        const checks = await ask(
          question.checks.map(({ target }) => target),
          targetRepository,
        );
        setQuestion({ ...question, checks, targetRepository, targetProblem: undefined });
      } catch (error) {
        setQuestion({ ...question, targetProblem: problemOf(error)?.detail ?? "It cannot be restored there." });
      }
    },
    start: (answer: RestoreAnswer) =>
      attempt(async () => {
        if (question !== null) await begin(question.checks, answer, question.targetRepository);
      }),
    cancel: () => setQuestion(null),
  };
}
