"use client";

import { MarkedText } from "../history/marked-text";
import { Button } from "../ui/button";
import { Callout } from "../ui/callout";
import { RelativeTime } from "../ui/relative-time";
import type { RuleConflict, useRuleWizard } from "./use-rule-wizard";

/** Somebody saved the rule meanwhile: who, what it says now, and three ways on; what was typed is never lost. */
export function RuleConflictNote({
  conflict,
  wizard,
}: {
  conflict: RuleConflict;
  wizard: Pick<ReturnType<typeof useRuleWizard>, "takeTheirs" | "takeMineBack" | "saveOverTheirs">;
}) {
  const { theirs, putAside } = conflict;
  if (putAside) {
    return (
      <Callout
        live
        tone="info"
        title={`This is the version of ${theirs.updatedByName}`}
        action={
          <Button size="sm" onClick={wizard.takeMineBack}>
            Bring mine back
          </Button>
        }
      >
        What you had typed is kept until you save or leave.
      </Callout>
    );
  }
  return (
    <Callout live tone="warning" title={`${theirs.updatedByName} changed this rule meanwhile`}>
      <p>
        Revision {theirs.revision}, saved <RelativeTime at={theirs.updatedAt} />, says:{" "}
        <MarkedText>{theirs.sentence}</MarkedText>. Nothing that you typed is lost, and nothing was saved.
      </p>
      <div className="flex flex-wrap gap-2 pt-2">
        <Button size="sm" onClick={wizard.takeTheirs}>
          Reload their version
        </Button>
        <Button size="sm" onClick={wizard.saveOverTheirs}>
          Save mine over it
        </Button>
      </div>
    </Callout>
  );
}
