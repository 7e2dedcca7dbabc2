import type { PlatformRuleDto } from "@/contracts/rules";
import { MarkedText } from "../history/marked-text";
import { RelativeTime } from "../ui/relative-time";
import { Section } from "../ui/section";
import { Badge } from "../ui/status-pill";

/** Protect rules of the platform, which count in every run of every space; only to be looked at. Nothing where there is none. */
export function PlatformRules({ rules }: { rules: readonly PlatformRuleDto[] }) {
  if (rules.length === 0) return null;
  return (
    <Section
      title="Protected by the platform"
      description="Set by a platform administrator. They take part in every preview and run here, and cannot be switched off in a workspace. They do not count among the 15."
    >
      <ul aria-label="Protect rules of the platform" className="border-rule border-t">
        {rules.map((rule) => (
          <li key={rule.id} className="flex flex-wrap items-baseline gap-x-3 gap-y-0.5 border-rule border-b py-2">
            <span className="flex items-center gap-x-2 font-medium">
              {rule.name} <Badge tone="positive">protects</Badge>
            </span>
            <MarkedText className="min-w-0 flex-1 basis-80 text-muted">{rule.sentence}</MarkedText>
            <span className="text-sm text-subtle">
              revision {rule.revision}, <RelativeTime at={rule.updatedAt} /> by {rule.updatedByName}
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
