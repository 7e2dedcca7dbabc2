"use client";

import { useState } from "react";
import { ruleSentence } from "@/domain/rules/sentence";
import { RULE_TEMPLATES, type RuleTemplate } from "@/domain/rules/templates";
import { MarkedText } from "../history/marked-text";
import { count } from "../history/run-words";
import { Button } from "../ui/button";
import { draftOf } from "./rule-draft";
import { useRuleTest } from "./rule-test-query";

const FIRST = "tidy-up";

type Place = { workspaceId: string; spaceId: string };

/** The templates while nothing is written; afterwards a way back to them, because choosing one replaces what is there. */
export function Templates({
  place,
  isFresh,
  onChoose,
}: {
  place: Place;
  isFresh: boolean;
  onChoose: (template: RuleTemplate) => void;
}) {
  const [isOpen, setIsOpen] = useState(isFresh);
  if (!isOpen) {
    return (
      <div>
        <Button size="sm" onClick={() => setIsOpen(true)}>
          Start from a template…
        </Button>
      </div>
    );
  }
  return (
    <TemplatePicker
      place={place}
      onChoose={(template) => {
        onChoose(template);
        setIsOpen(false);
      }}
    />
  );
}

/** Ready-made rules to start from, each with what it would find here; choosing one fills the form, where all of it can be changed. */
function TemplatePicker({ place, onChoose }: { place: Place; onChoose: (template: RuleTemplate) => void }) {
  const templates = [...RULE_TEMPLATES].sort((a, b) => Number(b.id === FIRST) - Number(a.id === FIRST));
  return (
    <section aria-label="Start from a template" className="flex flex-col gap-2">
      <div>
        <h2 className="font-medium">Start from a template</h2>
        <p className="text-muted">Or write the rule below, from nothing. Everything can be changed afterwards.</p>
      </div>
      <ul className="grid grid-cols-2 border-rule border-t compact:grid-cols-1">
        {templates.map((template) => (
          <li key={template.id} className="border-rule border-b">
            <TemplateChoice place={place} template={template} onChoose={() => onChoose(template)} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function TemplateChoice({ place, template, onChoose }: { place: Place; template: RuleTemplate; onChoose: () => void }) {
  const { data } = useRuleTest(place, draftOf({ ...template, isEnabled: true }, "UTC"), "whole", 0);
  return (
    <button
      type="button"
      onClick={onChoose}
      className="flex h-full w-full flex-col gap-0.5 px-2 py-2.5 text-left hover:bg-hover focus-visible:-outline-offset-2"
    >
      <span className="flex items-baseline justify-between gap-3">
        <span className="font-medium text-accent">{template.name}</span>
        {data ? (
          <span className="shrink-0 text-sm text-subtle tabular-nums">{count(data.holding.images, "image")} now</span>
        ) : null}
      </span>
      <MarkedText>{ruleSentence(template.definition)}</MarkedText>
      <span className="text-sm text-subtle">{template.purpose}</span>
    </button>
  );
}
