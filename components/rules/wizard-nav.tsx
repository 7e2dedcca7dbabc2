import { cn } from "@/lib/cn";
import { STEP_LABEL, WIZARD_STEPS, type WizardStep } from "./wizard-steps";

/** The four steps; each can be gone to at any time. */
export function WizardNav({
  current,
  withProblems,
  onGo,
}: {
  current: WizardStep;
  /** Steps in which something shown is wrong. */
  withProblems: ReadonlySet<WizardStep>;
  onGo: (step: WizardStep) => void;
}) {
  return (
    <nav aria-label="Steps">
      <ol className="flex flex-wrap gap-x-6 gap-y-1 border-rule border-b">
        {WIZARD_STEPS.map((step, index) => {
          const isCurrent = step === current;
          const isWrong = withProblems.has(step);
          return (
            <li key={step}>
              <button
                type="button"
                aria-current={isCurrent ? "step" : undefined}
                onClick={() => onGo(step)}
                className={cn(
                  "-mb-px flex h-9 items-center gap-2 border-b-2 focus-visible:-outline-offset-2",
                  isCurrent
                    ? "border-accent font-medium text-ink"
                    : "border-transparent text-muted hover:border-rule-strong hover:text-ink",
                )}
              >
                <span
                  aria-hidden="true"
                  className={cn(
                    "flex size-[18px] items-center justify-center rounded-full border text-xs tabular-nums",
                    isCurrent ? "border-accent text-accent" : "border-rule-strong",
                    isWrong && "border-danger text-danger",
                  )}
                >
                  {index + 1}
                </span>
                <span className={isCurrent ? undefined : "narrow:sr-only"}>{STEP_LABEL[step]}</span>
                {isWrong ? <span className="sr-only">, something is missing</span> : null}
              </button>
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
