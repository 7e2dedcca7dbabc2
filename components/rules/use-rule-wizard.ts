"use client";

import { useRouter } from "next/navigation";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import { useState } from "react";
import { toast } from "sonner";
import { ProblemError } from "@/contracts/call";
import type { RuleDto } from "@/contracts/rules";
import { usePreviewReclaim } from "../reclaim/queries";
import { forgetWizardState, keepWizardState, loadWizardState, type WizardState } from "./draft-storage";
import { zoned } from "./next-runs";
import { useCreateRule, useReadRuleNow, useUpdateRule } from "./queries";
import { draftOf, emptyDraft, isWritten, type RuleDraft, readDraft } from "./rule-draft";
import { problemsOfStep, STEP_ID, stepOfProblem, WIZARD_STEPS, type WizardStep } from "./wizard-steps";

const NAME_MAX = 80;

/** Another revision was saved while this one was written: theirs, and what was typed here if it was put aside for theirs. */
export type RuleConflict = { theirs: RuleDto; putAside: RuleDraft | null };

/** All that the wizard knows and can do. The draft is written to the tab's storage with each change. */
export function useRuleWizard(
  place: { workspaceId: string; spaceId: string; ruleId: string | null; home: string },
  rule: RuleDto | null,
  copyOf: RuleDto | null,
) {
  const { workspaceId, spaceId, ruleId, home } = place;
  // Each copy is written by itself: a rule that was begun from nothing must not turn up in it.
  const keptAs = ruleId ?? (copyOf ? `copy-${copyOf.id}` : null);
  const router = useRouter();
  const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const fresh = (): WizardState => ({
    draft: rule
      ? draftOf(rule, timeZone)
      : copyOf
        ? draftOf({ ...copyOf, name: `Copy of ${copyOf.name}`.slice(0, NAME_MAX) }, timeZone)
        : emptyDraft(timeZone),
    baseRevision: rule?.revision ?? null,
    preview: null,
  });
  const [state, setState] = useState(() => loadWizardState(spaceId, keptAs) ?? fresh());
  const [wasRestored, setWasRestored] = useState(() => loadWizardState(spaceId, keptAs) !== null);
  const [attempted, setAttempted] = useState<ReadonlySet<WizardStep>>(new Set());
  // A draft that was kept over a reload may be of a revision that is no longer the last.
  const [conflict, setConflict] = useState<RuleConflict | null>(() =>
    rule && state.baseRevision !== rule.revision ? { theirs: rule, putAside: null } : null,
  );
  const [step, setStep] = useQueryState(
    "step",
    parseAsStringLiteral(WIZARD_STEPS).withDefault("images").withOptions({ history: "push" }),
  );
  const preview = usePreviewReclaim(workspaceId, spaceId);
  const create = useCreateRule(workspaceId, spaceId);
  const change = useUpdateRule(workspaceId, spaceId);
  const readRuleNow = useReadRuleNow(workspaceId, spaceId);
  const read = readDraft(state.draft);
  // What only the save could know: it is wrong until the name is another one.
  const [takenName, setTakenName] = useState<string | null>(null);
  const isNameTaken = takenName !== null && takenName === state.draft.name.trim();
  const allProblems = {
    ...(isNameTaken ? { name: "Another rule of this space has this name." } : {}),
    ...(read.isValid ? {} : read.problems),
  };

  const keep = (next: WizardState) => {
    setState(next);
    keepWizardState(spaceId, keptAs, next);
  };
  const update = (patch: Partial<RuleDraft>) => keep({ ...state, draft: { ...state.draft, ...patch } });

  const showFirstProblem = () => {
    const first = Object.keys(allProblems)[0];
    setAttempted(new Set(WIZARD_STEPS));
    if (first !== undefined) void setStep(stepOfProblem(first)).then(focusProblem);
  };
  const runPreview = async () => {
    if (!read.isValid) return showFirstProblem();
    const madeOf = JSON.stringify(read.definition);
    const run = await preview
      .mutateAsync({ draft: { name: read.name, definition: read.definition }, ...(ruleId === null ? {} : { ruleId }) })
      .catch(() => null);
    if (run) keep({ ...state, preview: { runId: run.id, madeOf } });
  };
  const isPreviewFresh = read.isValid && state.preview?.madeOf === JSON.stringify(read.definition);

  const goTo = async (next: WizardStep) => {
    if (next === "preview" && !read.isValid) return showFirstProblem();
    await setStep(next);
    focusStep();
    if (next === "preview" && !isPreviewFresh) await runPreview();
  };
  const goOn = async () => {
    const next = WIZARD_STEPS[WIZARD_STEPS.indexOf(step) + 1];
    if (next === undefined) return;
    setAttempted(new Set([...attempted, step]));
    if (Object.keys(problemsOfStep(allProblems, step)).length > 0) return focusProblem();
    await goTo(next);
  };

  const explain = async (error: unknown, revision: number | null) => {
    if (!(error instanceof ProblemError) || error.problem.status !== 409) return;
    if (error.problem.errors?.some(({ path }) => path === "body.name")) return setTakenName(state.draft.name.trim());
    const theirs = ruleId === null ? null : await readRuleNow(ruleId).catch(() => null);
    if (theirs && theirs.revision !== revision) setConflict({ theirs, putAside: null });
  };
  const save = async (revision: number | null = state.baseRevision) => {
    if (!read.isValid) return showFirstProblem();
    setTakenName(null);
    const body = { name: read.name, definition: read.definition, isEnabled: state.draft.isEnabled };
    let saved: RuleDto;
    try {
      saved =
        ruleId === null
          ? await create.mutateAsync(body)
          : await change.mutateAsync({ ruleId, body: { ...body, revision: revision ?? 1 } });
    } catch (error) {
      return explain(error, revision);
    }
    forgetWizardState(spaceId, keptAs);
    toast.success(`“${read.name}” is saved`, { description: whatFollows(saved) });
    router.push(home);
  };

  return {
    draft: state.draft,
    update,
    step,
    goTo,
    goOn,
    goBack: () => setStep(WIZARD_STEPS[Math.max(0, WIZARD_STEPS.indexOf(step) - 1)] ?? "images").then(focusStep),
    problems: Object.fromEntries(
      Object.entries(allProblems).filter(
        ([path]) => attempted.has(stepOfProblem(path)) || isWritten(state.draft, path),
      ),
    ),
    previewRunId: isPreviewFresh ? (state.preview?.runId ?? null) : null,
    isPreviewStale: state.preview !== null && !isPreviewFresh,
    runPreview,
    previewError: preview.error,
    isStartingPreview: preview.isPending,
    save,
    isSaving: create.isPending || change.isPending,
    // A stale revision is told by the conflict, with more to do than an error has; of a name that was changed since nothing is to be said.
    saveError:
      (conflict && !conflict.putAside) || (takenName !== null && !isNameTaken) ? null : (create.error ?? change.error),
    isNameTaken,
    showFirstProblem,
    conflict,
    takeTheirs: () => {
      if (!conflict) return;
      change.reset();
      setTakenName(null);
      keep({ draft: draftOf(conflict.theirs, timeZone), baseRevision: conflict.theirs.revision, preview: null });
      setConflict({ theirs: conflict.theirs, putAside: state.draft });
    },
    takeMineBack: () => {
      change.reset();
      if (conflict?.putAside) keep({ ...state, draft: conflict.putAside, preview: null });
      setConflict(null);
    },
    saveOverTheirs: () => {
      if (!conflict) return;
      const { revision } = conflict.theirs;
      keep({ ...state, baseRevision: revision });
      setConflict(null);
      void save(revision);
    },
    wasRestored,
    isChanged: JSON.stringify(state.draft) !== JSON.stringify(fresh().draft),
    startOver: () => {
      forgetWizardState(spaceId, keptAs);
      setState(fresh());
      setWasRestored(false);
      setAttempted(new Set());
      setConflict(null);
      setTakenName(null);
      create.reset();
      change.reset();
      void setStep("images");
    },
    discard: () => {
      forgetWizardState(spaceId, keptAs);
      router.push(home);
    },
  };
}

/** What a rule that was just saved will do by itself. */
function whatFollows({ definition, isEnabled, arming, nextRunAt }: RuleDto): string {
  if (!isEnabled) return "It is disabled: it does nothing until somebody enables it.";
  if (definition.effect === "protect") return "It counts in every preview and run from now on.";
  const { schedule } = definition;
  if (schedule.kind === "manual") return "It runs when somebody presses “Run now”.";
  if (!arming.isArmed) return "Its schedule waits for a preview of what is saved.";
  if (schedule.kind === "cron" && nextRunAt) {
    return `It runs next on ${zoned(Date.parse(nextRunAt), schedule.timeZone)} (${schedule.timeZone}).`;
  }
  return "It runs once the tags reach that share of the quota.";
}

/** A new step is read from its top, by eye and by ear. */
function focusStep(): void {
  window.scrollTo({ top: 0 });
  requestAnimationFrame(() => document.getElementById(STEP_ID)?.focus({ preventScroll: true }));
}

/** Puts the focus where something is wrong, once it is shown to be. */
function focusProblem(): void {
  requestAnimationFrame(() => document.querySelector<HTMLElement>("form [aria-invalid=true]")?.focus());
}
