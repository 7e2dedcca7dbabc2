import type { RuleImportDto } from "@/contracts/rule-import";
import { MarkedText } from "../history/marked-text";
import { count } from "../history/run-words";
import { Callout } from "../ui/callout";
import { Badge } from "../ui/status-pill";

type Note = RuleImportDto["notes"][number];

const NOTE_LABEL: Record<Note["kind"], string> = {
  info: "note",
  changes: "not quite the same",
  lost: "not carried over",
};
const NOTE_TONE = { info: "neutral", changes: "warning", lost: "danger" } as const;

/** What a policy becomes: what Harbor left unsaid first, then the rules, then what each Harbor rule turned into. */
export function ImportResult({ result }: { result: RuleImportDto }) {
  return (
    <div className="flex flex-col gap-5">
      {result.omission ? <Omission omission={result.omission} /> : null}
      <section className="flex flex-col gap-1.5" aria-labelledby="import-rules">
        <h3 id="import-rules" className="font-medium">
          The rules that it becomes
        </h3>
        <ul className="border-rule border-t">
          {result.rules.map((rule) => (
            <li key={rule.name} className="flex flex-col gap-0.5 border-rule border-b py-2">
              <span className="flex flex-wrap items-center gap-x-2">
                <span className="font-medium">{rule.name}</span>
                <Badge tone={rule.role === "keeps" ? "positive" : "warning"}>
                  {rule.role === "keeps" ? "protects" : "reclaims the rest"}
                </Badge>
                {rule.isEnabled ? null : <Badge>disabled</Badge>}
                {rule.from.length > 0 ? (
                  <span className="text-sm text-subtle">from Harbor rule {rule.from.join(", ")}</span>
                ) : null}
              </span>
              <MarkedText>{rule.sentence}</MarkedText>
              {rule.definition.effect === "reclaim" ? (
                <span className="text-sm text-subtle">{rule.scheduleText}</span>
              ) : null}
            </li>
          ))}
        </ul>
      </section>
      <section className="flex flex-col gap-1.5" aria-labelledby="import-sources">
        <h3 id="import-sources" className="font-medium">
          What became of each Harbor rule
        </h3>
        <ol className="border-rule border-t">
          {result.sources.map((source) => (
            <li key={source.number} className="flex flex-col gap-0.5 border-rule border-b py-2">
              <span>
                <span className="text-subtle tabular-nums">{source.number}.</span>{" "}
                <MarkedText>{source.text}</MarkedText>
                {source.isDisabled ? <span className="text-subtle"> (disabled in Harbor)</span> : null}
              </span>
              <span className="text-sm text-subtle">
                {source.becomes.length === 0 ? "becomes nothing" : `becomes ${source.becomes.join(", ")}`}
              </span>
              <Notes notes={source.notes} />
            </li>
          ))}
        </ol>
        <Notes notes={result.notes} />
      </section>
    </div>
  );
}

/** What nobody wrote and Harbor does all the same. */
function Omission({ omission }: { omission: NonNullable<RuleImportDto["omission"]> }) {
  const { repositories, repositoryCount, imageCount } = omission;
  const more = repositoryCount - repositories.length;
  return (
    <Callout tone="warning" title="What this policy deletes without saying so">
      <p>
        <MarkedText>{omission.text}</MarkedText>
      </p>
      <p>
        In this space that is about {count(repositoryCount, "repository", "repositories")} with{" "}
        {count(imageCount, "image")}, less what the rules below protect.
      </p>
      {repositories.length > 0 ? (
        <details className="pt-1">
          <summary className="font-medium text-ink">Which repositories</summary>
          <ul className="columns-2 gap-6 pt-1 narrow:columns-1">
            {repositories.map((name) => (
              <li key={name}>
                <code className="[overflow-wrap:anywhere]">{name}</code>
              </li>
            ))}
            {more > 0 ? <li>and {count(more, "other")}</li> : null}
          </ul>
        </details>
      ) : null}
    </Callout>
  );
}

function Notes({ notes }: { notes: readonly Note[] }) {
  if (notes.length === 0) return null;
  return (
    <ul className="flex flex-col gap-1">
      {notes.map(({ kind, text }) => (
        <li key={`${kind} ${text}`} className="flex flex-wrap items-baseline gap-x-2 text-sm">
          <Badge tone={NOTE_TONE[kind]}>{NOTE_LABEL[kind]}</Badge>
          <MarkedText className="min-w-0 flex-1 basis-60 text-muted">{text}</MarkedText>
        </li>
      ))}
    </ul>
  );
}
