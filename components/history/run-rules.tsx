"use client";

import { ChevronRight } from "lucide-react";
import Link from "next/link";
import type { RunDto } from "@/contracts/history";
import { type RuleDefinition, ruleDefinitionSchema } from "@/domain/rules/rule";
import { ruleSentence } from "@/domain/rules/sentence";
import { useRules } from "../rules/queries";
import { Badge } from "../ui/status-pill";
import { rulesOfRun } from "./item-filter-words";
import { MarkedText } from "./marked-text";
import { spacePath } from "./space-path";

/** The rules that a run was planned with, in the words and the revisions that they had then, and which of them are others by now. */
export function RunRules({
  workspaceId,
  workspaceSlug,
  spaceId,
  run,
}: {
  workspaceId: string;
  workspaceSlug: string;
  spaceId: string;
  run: RunDto;
}) {
  const saved = useRules(workspaceId, spaceId);
  const rules = rulesOfRun(run);
  if (rules.length === 0) return null;
  const chosen = Array.isArray(run.options.ruleIds) ? run.options.ruleIds : [];
  const now = (id: string) => saved.data?.items.find((rule) => rule.id === id);
  const noteOf = (id: string, revision: number): string | null => {
    if (id === DRAFT || !saved.data) return null;
    const present = now(id);
    if (!present) return "not among the space’s rules now";
    if (present.revision === revision) return null;
    return `revision ${present.revision} now`;
  };
  return (
    <details className="group rounded-md border border-rule">
      <summary className="flex cursor-pointer list-none flex-wrap items-center gap-x-2 rounded-md px-3 py-2 font-medium hover:bg-hover">
        <ChevronRight
          className="size-4 shrink-0 text-subtle transition-transform group-open:rotate-90"
          aria-hidden="true"
        />
        {rules.length === 1 ? "1 rule" : `${rules.length} rules`}
        <span className="font-normal text-muted">
          as {rules.length === 1 ? "it was" : "they were"} when this was planned
        </span>
      </summary>
      <ul className="divide-y divide-rule border-rule border-t">
        {rules.map((rule) => {
          const definition = definitionOf(rule);
          const note = noteOf(rule.id, rule.revision);
          const isChosen = rule.id === DRAFT || chosen.includes(rule.id);
          return (
            <li key={rule.id} className="flex flex-col gap-0.5 px-3 py-2">
              <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
                {now(rule.id) ? (
                  <Link
                    href={spacePath(workspaceSlug, spaceId, "reclaim", rule.id, "edit")}
                    className="font-medium underline-offset-2 hover:underline"
                  >
                    {rule.name}
                  </Link>
                ) : (
                  <span className="font-medium">{rule.name}</span>
                )}
                <span className="text-sm text-subtle">
                  {rule.id === DRAFT ? "draft" : `revision ${rule.revision}`}
                  {isChosen ? "" : ", takes part in every run"}
                </span>
                {note === null ? null : <Badge>{note}</Badge>}
              </span>
              {definition ? <MarkedText className="text-muted">{ruleSentence(definition)}</MarkedText> : null}
            </li>
          );
        })}
      </ul>
    </details>
  );
}

const DRAFT = "draft";

/** Null where the language has changed since: the run keeps what it kept. */
function definitionOf(rule: object): RuleDefinition | null {
  const parsed = ruleDefinitionSchema.safeParse("definition" in rule ? rule.definition : undefined);
  return parsed.success ? parsed.data : null;
}
