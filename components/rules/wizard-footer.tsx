"use client";

import { ArrowLeft } from "lucide-react";
import type { RuleTestDto } from "@/contracts/rule-tester";
import { count, group } from "../history/run-words";
import { Button } from "../ui/button";
import type { RuleTestScope } from "./rule-test-query";
import type { useRuleWizard } from "./use-rule-wizard";

/** Ways on and out, in sight at any length of the form; on a narrow screen with the number that the form works on. */
export function WizardFooter({
  wizard,
  test,
  scope,
  onLeave,
}: {
  wizard: ReturnType<typeof useRuleWizard>;
  test: RuleTestDto | undefined;
  scope: RuleTestScope;
  onLeave: () => void;
}) {
  const isLast = wizard.step === "preview";
  const found = test && (scope === "whole" ? test.holding : test.selected);
  return (
    <footer className="sticky bottom-0 z-10 -mb-4 flex flex-wrap items-center gap-2 border-rule border-t bg-canvas py-3">
      <Button variant="ghost" onClick={() => (wizard.isChanged ? onLeave() : wizard.discard())}>
        Cancel
      </Button>
      <span className="min-w-0 flex-1 text-center">
        {found && !isLast ? (
          <span className="hidden text-muted text-sm tabular-nums compact:inline">
            {group(found.images)} of {count(test.total.images, "image")}
          </span>
        ) : null}
      </span>
      {wizard.step === "images" ? null : (
        <Button icon={<ArrowLeft />} onClick={() => void wizard.goBack()}>
          Back
        </Button>
      )}
      {isLast ? (
        <Button variant="primary" loading={wizard.isSaving} onClick={() => void wizard.save()}>
          Save rule
        </Button>
      ) : (
        <Button type="submit" variant="primary">
          Next
        </Button>
      )}
    </footer>
  );
}
