import { RotateCw } from "lucide-react";
import { cn } from "@/lib/cn";
import { Button } from "./button";

export type ErrorStateProps = {
  /** What a problem document says; an Error's message does for `title` as well. */
  problem: { title: string; detail?: string | undefined; requestId?: string | undefined };
  onRetry?: (() => void) | undefined;
  retrying?: boolean;
  className?: string;
};

/** Something could not be loaded: what, why, the id to quote, and a way to try again. */
export function ErrorState({ problem, onRetry, retrying = false, className }: ErrorStateProps) {
  return (
    <div role="alert" className={cn("flex flex-col items-center gap-1 px-6 py-12 text-center", className)}>
      <span aria-hidden="true" className="mb-3 h-px w-10 bg-danger" />
      <p className="font-medium text-md">{problem.title}</p>
      {problem.detail ? <p className="max-w-prose text-balance text-muted">{problem.detail}</p> : null}
      {problem.requestId ? (
        <p className="text-sm text-subtle">
          Request <code className="select-all">{problem.requestId}</code>
        </p>
      ) : null}
      {onRetry ? (
        <Button className="mt-4" icon={<RotateCw aria-hidden="true" />} onClick={onRetry} loading={retrying}>
          Try again
        </Button>
      ) : null}
    </div>
  );
}
