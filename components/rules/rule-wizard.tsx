"use client";

import { useEffect, useRef, useState } from "react";
import type { RuleDto } from "@/contracts/rules";
import { useSpace } from "../spaces/queries";
import { Button } from "../ui/button";
import { Callout } from "../ui/callout";
import { ConfirmDialog } from "../ui/confirm-dialog";
import { problemOf } from "../ui/problem-of";
import { useRepositoryNames } from "./queries";
import { RuleConflictNote } from "./rule-conflict-note";
import { draftOf } from "./rule-draft";

import { RuleTestPanel } from "./rule-test-panel";
import { countsByPath, notesByPath, useRuleTest } from "./rule-test-query";
import { SentencePanel } from "./sentence-panel";
import { StepConditions } from "./step-conditions";
import { StepImages } from "./step-images";
import { StepPreview } from "./step-preview";
import { StepSchedule } from "./step-schedule";
import { Templates } from "./template-picker";
import { useRuleWizard } from "./use-rule-wizard";
import { WizardFooter } from "./wizard-footer";
import { WizardNav } from "./wizard-nav";
import type { RuleWizardPlace } from "./wizard-place";
import { STEP_ID, STEP_LABEL, stepOfProblem } from "./wizard-steps";

function focusAnswer(answer: HTMLElement | null): void {
  answer?.scrollIntoView({ block: "center" });
  // On a way out where there is one, so that the keyboard need not pass through the whole preview.
  answer?.querySelector("button")?.focus({ preventScroll: true });
}

/** Images → conditions → schedule and limits → preview and save. */
export function RuleWizard({
  rule,
  copyOf,
  ...place
}: RuleWizardPlace & {
  home: string;
  /** the rule that is edited */
  rule: RuleDto | null;
  /** the rule that a new one begins as a copy of */
  copyOf: RuleDto | null;
}) {
  const wizard = useRuleWizard(place, rule, copyOf);
  const { draft, step, problems, update } = wizard;
  const [isLeaving, setIsLeaving] = useState(false);
  const isLast = step === "preview";
  const saveProblem = problemOf(wizard.saveError);
  const answer = useRef<HTMLDivElement>(null);
  const { saveError, conflict } = wizard;
  // What a save was answered with stands above all that the last step shows. It is announced; the focus is for who goes on from there.
  useEffect(() => {
    if (saveError || conflict) focusAnswer(answer.current);
  }, [saveError, conflict]);
  const timeZone = draft.schedule.timeZone;
  const scope = step === "images" ? "selector" : "whole";
  const test = useRuleTest(place, draft, scope);
  const warnings = notesByPath(test.data?.warnings ?? []);
  const space = useSpace(place.workspaceId, place.spaceId);
  const repositoryNames = useRepositoryNames(place.workspaceId, place.spaceId);
  const stepProps = { draft, problems, warnings, update };
  return (
    <>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          // Saving is a press on its button alone: on the last step Enter in the table's search must not do it.
          if (!isLast) void wizard.goOn();
        }}
        // What takes the focus must not lie behind the footer.
        className="flex flex-col gap-6 [&_:is(input,button)]:scroll-mb-20"
      >
        <WizardNav
          current={step}
          withProblems={new Set(Object.keys(problems).map(stepOfProblem))}
          onGo={(next) => void wizard.goTo(next)}
        />
        {wizard.wasRestored ? (
          <Callout
            tone="info"
            title="What you had typed is back"
            action={
              <Button size="sm" onClick={wizard.startOver}>
                Start over
              </Button>
            }
          >
            It was kept in this tab and is not saved yet.
          </Callout>
        ) : null}
        <div ref={answer} className="flex flex-col gap-3 outline-none empty:hidden">
          {wizard.conflict ? <RuleConflictNote conflict={wizard.conflict} wizard={wizard} /> : null}
          {saveProblem ? (
            <Callout
              tone="danger"
              title={saveProblem.title}
              live
              action={
                wizard.isNameTaken && isLast ? (
                  <Button size="sm" onClick={wizard.showFirstProblem}>
                    Change the name
                  </Button>
                ) : null
              }
            >
              {saveProblem.detail}
            </Callout>
          ) : null}
        </div>
        <div
          className={
            isLast
              ? "flex flex-col gap-6"
              : "grid grid-cols-[minmax(0,1fr)_minmax(300px,372px)] gap-x-10 gap-y-6 compact:grid-cols-1"
          }
        >
          <section
            id={STEP_ID}
            tabIndex={-1}
            aria-label={STEP_LABEL[step]}
            className="flex min-w-0 flex-col gap-7 outline-none"
          >
            {step === "images" ? (
              <>
                {rule || copyOf ? null : (
                  <Templates
                    place={place}
                    isFresh={draft.name === ""}
                    onChoose={(template) => update(draftOf({ ...template, isEnabled: draft.isEnabled }, timeZone))}
                  />
                )}
                <StepImages
                  {...stepProps}
                  counts={countsByPath(test.data?.patterns ?? [])}
                  repositoryNames={repositoryNames}
                />
              </>
            ) : null}
            {step === "conditions" ? <StepConditions {...stepProps} /> : null}
            {step === "schedule" ? (
              <StepSchedule {...stepProps} confirmSharePercent={space.data?.confirmSharePercent} />
            ) : null}
            {isLast ? <StepPreview workspaceId={place.workspaceId} wizard={wizard} /> : null}
          </section>
          <div
            className={
              isLast
                ? "order-first"
                : "flex min-w-0 flex-col gap-5 compact:order-first wide:sticky wide:top-6 wide:max-h-[calc(100dvh-7rem)] wide:self-start"
            }
          >
            <SentencePanel draft={draft} />
            {isLast ? null : (
              <RuleTestPanel
                test={test}
                scope={scope}
                effect={draft.effect}
                onLeaveOut={(tag) =>
                  update({ tags: { ...draft.tags, exclude: [...draft.tags.exclude, { kind: "glob", value: tag }] } })
                }
              />
            )}
          </div>
        </div>
        <WizardFooter wizard={wizard} test={test.data} scope={scope} onLeave={() => setIsLeaving(true)} />
      </form>
      {/* Not inside the form: its own submit would reach this one's. */}
      <ConfirmDialog
        open={isLeaving}
        onOpenChange={setIsLeaving}
        title="Leave without saving?"
        description="What you typed is thrown away. Saved rules stay as they are."
        confirmLabel="Throw it away"
        cancelLabel="Go on writing"
        onConfirm={wizard.discard}
      />
    </>
  );
}
