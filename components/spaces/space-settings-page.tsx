"use client";

import type { Permission } from "@/domain/access/permissions";
import { SpaceLifecycleSettings } from "../lifecycle/space-lifecycle-settings";
import { KeyValueList } from "../ui/key-value-list";
import { RelativeTime } from "../ui/relative-time";
import { Section } from "../ui/section";
import { Skeleton } from "../ui/skeleton";
import { ConfirmShareForm } from "./confirm-share-form";
import { IgnoredPullersForm } from "./ignored-pullers-form";
import { useSpace } from "./queries";
import { RegistryFacts } from "./registry-facts";
import { RemoveSpaceSection } from "./remove-space-section";
import { RetentionForm } from "./retention-form";
import { SharingSettings } from "./sharing-settings";
import { SpaceNameForm } from "./space-name-form";

export type SpaceSettingsPageProps = {
  workspaceId: string;
  workspaceSlug: string;
  spaceId: string;
  permissions: readonly Permission[];
};

/** The tab "Settings": name, how long the bin keeps entries, and what the registry can and cannot do. */
export function SpaceSettingsPage({ workspaceId, workspaceSlug, spaceId, permissions }: SpaceSettingsPageProps) {
  const space = useSpace(workspaceId, spaceId);
  // An error of the space itself is shown by the frame around the tabs.
  if (!space.data) {
    return (
      <div role="status" aria-busy="true" aria-label="Loading settings" className="flex flex-col gap-4">
        <Skeleton className="h-4 w-24" />
        <Skeleton className="h-8 w-80" />
        <Skeleton className="h-8 w-40" />
      </div>
    );
  }
  const { prefix, createdAt, hasBackdatedTimes } = space.data;
  return (
    <div>
      <Section title="Registry space">
        <div className="flex max-w-2xl flex-col gap-5">
          <SpaceNameForm key={space.data.name} workspaceId={workspaceId} space={space.data} permissions={permissions} />
          <KeyValueList
            items={[
              { label: "Prefix", value: <code>{prefix}</code> },
              { label: "Created", value: <RelativeTime at={createdAt} /> },
              ...(hasBackdatedTimes
                ? [{ label: "Demo data", value: "Push times of some images were set back by the demo." }]
                : []),
            ]}
          />
        </div>
      </Section>
      <Section
        title="Recycle bin"
        description="How long images stay restorable after a rule or a person has moved them to the bin."
      >
        <RetentionForm
          key={space.data.binRetentionDays}
          workspaceId={workspaceId}
          space={space.data}
          permissions={permissions}
        />
      </Section>
      <Section
        title="Large runs"
        description="A run by rules or on a schedule that would take more than this share of the images waits until somebody confirms it, for seven days."
      >
        <ConfirmShareForm
          key={space.data.confirmSharePercent}
          workspaceId={workspaceId}
          space={space.data}
          permissions={permissions}
        />
      </Section>
      <Section
        title="Image lifecycle"
        description="Old tags are cleared once the workspace's tags reach its quota. Which policy counts in this space; a repository may have one of its own."
      >
        <SpaceLifecycleSettings
          workspaceId={workspaceId}
          workspaceSlug={workspaceSlug}
          space={space.data}
          permissions={permissions}
        />
      </Section>
      <Section
        title="Pulls"
        description="Rules keep what is pulled. Pulls by scanners and mirrors are no use of an image: they can be left out."
      >
        <IgnoredPullersForm
          key={space.data.ignoredPullers.join("\n")}
          workspaceId={workspaceId}
          space={space.data}
          permissions={permissions}
        />
      </Section>
      <Section
        title="Bindings"
        description="Other workspaces that may browse and pull its images. Rules, recycle bin and garbage collection stay here."
      >
        <SharingSettings workspaceId={workspaceId} space={space.data} permissions={permissions} />
      </Section>
      <Section title="Registry">
        <RegistryFacts workspaceId={workspaceId} registryId={space.data.registryId} />
      </Section>
      <Section
        title="Remove"
        description="Takes the space out of the console. Its images stay in the registry. Its runs end here and are no longer shown; what happened is kept in the audit records."
      >
        <RemoveSpaceSection
          workspaceId={workspaceId}
          workspaceSlug={workspaceSlug}
          space={space.data}
          permissions={permissions}
        />
      </Section>
    </div>
  );
}
