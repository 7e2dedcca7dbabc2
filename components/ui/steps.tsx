import { Check, Minus, X } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "@/lib/cn";

export type Step = {
  id: string;
  label: string;
  state: "waiting" | "active" | "done" | "failed" | "skipped";
  /** A word below the label: a countdown, a total. */
  detail?: ReactNode;
};

const WORDS = {
  waiting: "waiting",
  active: "in progress",
  done: "done",
  failed: "failed",
  skipped: "not reached",
} as const;

/** The phases of a run in their order, and where it stands. Beside each other; below each other on a narrow screen. */
export function Steps({ label, steps, className }: { label: string; steps: readonly Step[]; className?: string }) {
  return (
    <ol aria-label={label} className={cn("flex compact:flex-col", className)}>
      {steps.map((step) => (
        <li
          key={step.id}
          aria-current={step.state === "active" ? "step" : undefined}
          className="group flex min-w-0 flex-1 flex-col gap-2 compact:flex-row compact:gap-3"
        >
          <div className="flex items-center compact:flex-col">
            <StepMark state={step.state} />
            <span
              aria-hidden="true"
              className={cn(
                "h-px flex-1 group-last:invisible compact:min-h-3 compact:w-px compact:flex-1",
                step.state === "done" ? "bg-accent" : "bg-rule-strong",
              )}
            />
          </div>
          <div className="min-w-0 pr-4 compact:pb-3">
            <p
              className={cn(
                step.state === "active" && "font-medium",
                (step.state === "waiting" || step.state === "skipped") && "text-subtle",
              )}
            >
              {step.label}
              <span className="sr-only">: {WORDS[step.state]}</span>
            </p>
            {step.detail ? <div className="text-muted text-sm tabular-nums">{step.detail}</div> : null}
          </div>
        </li>
      ))}
    </ol>
  );
}

function StepMark({ state }: { state: Step["state"] }) {
  const ring =
    "flex size-[18px] shrink-0 items-center justify-center rounded-full border [&_svg]:size-3 [&_svg]:stroke-3";
  switch (state) {
    case "done":
      return (
        <span aria-hidden="true" className={cn(ring, "border-accent bg-accent text-on-accent")}>
          <Check />
        </span>
      );
    case "failed":
      return (
        <span aria-hidden="true" className={cn(ring, "border-danger bg-danger text-on-danger")}>
          <X />
        </span>
      );
    case "skipped":
      return (
        <span aria-hidden="true" className={cn(ring, "border-rule-strong text-subtle")}>
          <Minus />
        </span>
      );
    case "active":
      return (
        <span aria-hidden="true" className={cn(ring, "border-2 border-accent")}>
          <span className="size-1.5 animate-breathe rounded-full bg-accent" />
        </span>
      );
    case "waiting":
      return <span aria-hidden="true" className={cn(ring, "border-rule-strong")} />;
  }
}
