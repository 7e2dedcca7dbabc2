"use client";

import { useQueryState } from "nuqs";
import { useState, useSyncExternalStore } from "react";
import { RULES_PER_SPACE_MAX } from "@/contracts/rules";
import { spacePath } from "../history/space-path";
import { missingPermissionText } from "../reclaim/gated-button";
import { useSpace } from "../spaces/queries";
import { ButtonLink } from "../ui/button";
import { EmptyState } from "../ui/empty-state";
import { ErrorState } from "../ui/error-state";
import { PageHeader } from "../ui/page-header";
import { problemOf } from "../ui/problem-of";
import { RelativeTime } from "../ui/relative-time";
import { Skeleton } from "../ui/skeleton";
import { useRule } from "./queries";
import { RuleWizard } from "./rule-wizard";
import type { RuleWizardPlace } from "./wizard-place";

/** The page of the wizard: a new rule, or one that is edited. */
export function RuleWizardPage(props: RuleWizardPlace) {
  const { workspaceId, workspaceSlug, spaceId, ruleId } = props;
  const space = useSpace(workspaceId, spaceId);
  const rule = useRule(workspaceId, spaceId, ruleId);
  const home = spacePath(workspaceSlug, spaceId, "reclaim");
  return (
    <>
      <PageHeader
        breadcrumbs={[
          { label: "Registry spaces", href: `/w/${workspaceSlug}/spaces` },
          { label: space.data?.name ?? "…", href: spacePath(workspaceSlug, spaceId, "images") },
          { label: "Reclaim", href: home },
        ]}
        title={ruleId === null ? "Create Reclaim Rule" : "Edit reclaim rule"}
        description={
          rule.data ? (
            <>
              Revision {rule.data.revision}, saved <RelativeTime at={rule.data.updatedAt} /> by{" "}
              {rule.data.updatedByName}
            </>
          ) : null
        }
      />
      <WizardBody {...props} home={home} />
    </>
  );
}

function WizardBody(props: RuleWizardPlace & { home: string }) {
  const [copiedId] = useQueryState("from");
  // What is read first: the rule that is edited, or the one that a new rule begins as a copy of.
  const readId = props.ruleId ?? copiedId;
  const rule = useRule(props.workspaceId, props.spaceId, readId);
  const space = useSpace(props.workspaceId, props.spaceId);
  // As it was when the page opened: saving the 15th must not turn the page over before it leaves.
  const [countAtStart, setCountAtStart] = useState<number | null>(null);
  if (countAtStart === null && space.data) setCountAtStart(space.data.ruleCount);
  // The draft of this tab can only be read in the browser.
  const isBrowser = useSyncExternalStore(subscribeToNothing, isTrue, isFalse);
  if (!props.permissions.includes("rules.write")) {
    return (
      <EmptyState title="You can look at rules, not write them" description={missingPermissionText("rules.write")} />
    );
  }
  if (props.ruleId === null && (countAtStart ?? 0) >= RULES_PER_SPACE_MAX) {
    return (
      <EmptyState
        title={`This registry space has ${RULES_PER_SPACE_MAX} of ${RULES_PER_SPACE_MAX} rules`}
        description="Disabled rules count too. Delete a rule, or edit one that is there."
        action={
          <ButtonLink href={props.home} variant="secondary">
            Back to the rules
          </ButtonLink>
        }
      />
    );
  }
  if (readId !== null && rule.error && !rule.data) {
    return (
      <ErrorState
        problem={problemOf(rule.error) ?? { title: "No rule" }}
        onRetry={() => rule.refetch()}
        retrying={rule.isFetching}
      />
    );
  }
  if (!isBrowser || (readId !== null && !rule.data)) {
    return (
      <div role="status" aria-busy="true" aria-label="Loading the rule" className="flex flex-col gap-5 py-4">
        <Skeleton className="h-4 w-80" />
        <Skeleton className="h-8 w-full max-w-lg" />
        <Skeleton className="h-24 w-full max-w-lg" />
      </div>
    );
  }
  const read = rule.data ?? null;
  return (
    <RuleWizard {...props} rule={props.ruleId === null ? null : read} copyOf={props.ruleId === null ? read : null} />
  );
}

const subscribeToNothing = () => () => undefined;
const isTrue = () => true;
const isFalse = () => false;
