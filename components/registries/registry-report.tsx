import { CircleCheck, CircleHelp, CircleX, TriangleAlert } from "lucide-react";
import type { RegistryFindingDto, RegistryReportDto } from "@/contracts/registries";
import { cn } from "@/lib/cn";

const CHECK_LABEL: Record<RegistryFindingDto["check"], string> = {
  address: "Address",
  answer: "Answer",
  version: "Version",
  credentials: "Sign-in",
  catalogue: "Catalogue",
  deletion: "Deletion",
  tagDeletion: "Deleting tags",
  tokens: "Tokens",
  storage: "Storage",
};

const LOOK = {
  good: { Icon: CircleCheck, tone: "text-accent", word: "good" },
  warning: { Icon: TriangleAlert, tone: "text-warning", word: "limited" },
  bad: { Icon: CircleX, tone: "text-danger", word: "wrong" },
  unknown: { Icon: CircleHelp, tone: "text-subtle", word: "not known" },
} as const;

/** What a test of a registry found, what is wrong first. */
export function RegistryReport({ report }: { report: RegistryReportDto }) {
  const rank = { bad: 0, warning: 1, unknown: 2, good: 3 };
  const findings = [...report.findings].sort((a, b) => rank[a.state] - rank[b.state]);
  return (
    <ul aria-label="What the test found" className="divide-y divide-rule border-rule border-y">
      {findings.map((finding) => {
        const { Icon, tone, word } = LOOK[finding.state];
        return (
          <li
            key={finding.check}
            className="grid grid-cols-[20px_108px_minmax(0,1fr)] gap-x-2 py-1.5 narrow:grid-cols-[20px_minmax(0,1fr)]"
          >
            <Icon className={cn("mt-0.5 size-4", tone)} aria-hidden="true" />
            <span className="text-subtle">
              {CHECK_LABEL[finding.check]}
              <span className="sr-only">: {word}</span>
            </span>
            <span className="min-w-0 [overflow-wrap:anywhere] narrow:col-start-2">
              {finding.text}
              {finding.advice ? <span className="block text-muted">{finding.advice}</span> : null}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
