"use client";

import { ruleSentence } from "@/domain/rules/sentence";
import { RULE_TEMPLATES, type RuleTemplate } from "@/domain/rules/templates";
import { MarkedText } from "../history/marked-text";

const FIRST = "tidy-up";

/** Ready-made rules to start from; choosing one fills the form, where all of it can be changed. */
export function TemplatePicker({ onChoose }: { onChoose: (template: RuleTemplate) => void }) {
  const templates = [...RULE_TEMPLATES].sort((a, b) => Number(b.id === FIRST) - Number(a.id === FIRST));
  return (
    <section aria-label="Start from a template" className="flex flex-col gap-2">
      <h2 className="font-medium">Start from a template</h2>
      <ul className="grid grid-cols-2 border-rule border-t compact:grid-cols-1">
        {templates.map((template) => (
          <li key={template.id} className="border-rule border-b">
            <button
              type="button"
              onClick={() => onChoose(template)}
              className="flex h-full w-full flex-col gap-0.5 px-2 py-2.5 text-left hover:bg-hover focus-visible:-outline-offset-2"
            >
              <span className="font-medium text-accent">{template.name}</span>
              <MarkedText>{ruleSentence(template.definition)}</MarkedText>
              <span className="text-sm text-subtle">{template.purpose}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
