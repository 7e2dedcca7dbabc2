import { ruleSentence, scheduleText } from "@/domain/rules/sentence";
import { MarkedText } from "../history/marked-text";
import { type RuleDraft, readableDefinition, readDraft } from "./rule-draft";

/** The rule in words, growing with what is typed; what is still open is said to be. */
export function SentencePanel({ draft }: { draft: RuleDraft }) {
  const definition = readableDefinition(draft);
  const isWhole = readDraft({ ...draft, name: draft.name || "a name" }).isValid;
  return (
    <aside aria-label="The rule in words" className="flex flex-col gap-2 border-rule-strong border-l-2 pl-4">
      <p className="text-sm text-subtle">The rule in words</p>
      <p aria-live="polite" className="text-balance text-lg leading-snug">
        {definition ? <MarkedText>{ruleSentence(definition)}</MarkedText> : "Choose which images the rule looks at"}
        {isWhole ? "." : " …"}
      </p>
      {definition ? <p className="text-muted">{scheduleText(definition.schedule)}.</p> : null}
      {isWhole ? null : <p className="text-sm text-subtle">Something is still to be filled in.</p>}
    </aside>
  );
}
