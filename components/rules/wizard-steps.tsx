import type { DraftProblems, RuleDraft } from "./rule-draft";

export const WIZARD_STEPS = ["images", "conditions", "schedule", "preview"] as const;
export type WizardStep = (typeof WIZARD_STEPS)[number];

export const STEP_LABEL: Record<WizardStep, string> = {
  images: "Images",
  conditions: "Conditions",
  schedule: "Schedule and limits",
  preview: "Preview and save",
};

/** The id of the part that shows the present step: it takes the focus when the step changes. */
export const STEP_ID = "wizard-step";

export type StepProps = {
  draft: RuleDraft;
  /** What is to be shown as wrong, by path; only of steps that somebody tried to leave. */
  problems: DraftProblems;
  /** Valid, and maybe not meant, by path: "0 newest: none is kept". */
  warnings: DraftProblems;
  update: (patch: Partial<RuleDraft>) => void;
};

export type StepScheduleProps = StepProps & {
  /** A run that would take more of the space than this waits for a person; undefined until it is known. */
  confirmSharePercent: number | undefined;
};

/** The step in which the field of a problem stands. */
export function stepOfProblem(path: string): WizardStep {
  const [first] = path.split(".");
  if (first === "when") return "conditions";
  if (first === "schedule" || first === "limits" || first === "allowLastArtifact") return "schedule";
  return "images";
}

/** The problems of one step. */
export function problemsOfStep(problems: DraftProblems, step: WizardStep): DraftProblems {
  return Object.fromEntries(Object.entries(problems).filter(([path]) => stepOfProblem(path) === step));
}
